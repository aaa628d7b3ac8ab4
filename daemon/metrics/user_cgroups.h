// Every user's cgroups: what each user's cgroupd manages, and his containers.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "metrics/cgroup_tree.h"
#include "metrics/container_cgroups.h"

namespace cgroupd {

/// Finds them in the slices of the users' service managers, which everybody may read. Users come and go: a tree that
/// vanishes costs its own rows only. Names come from what each user's daemon left with the cgroup (runtimes/mark.h).
class UserCgroups {
 public:
  using NameOf = std::function<std::string(std::uint32_t uid)>;

  /// `reader` and `selection` must outlive it. `name_of`: distinct for distinct users.
  UserCgroups(TreeReader& reader, const WalkFiles& files, Selection& selection, NameOf name_of);

  void walk(const VisitCgroup& visit);

  struct Root {
    std::string label;  ///< `root="dev"`
    std::string place;  ///< of his tree in the hierarchy; of his service manager if he has none
    std::uint32_t uid;
  };
  /// Those of the last walk.
  std::vector<Root> roots() const;

 private:
  struct User {
    User(TreeReader& reader, const WalkFiles& files, Selection& selection, std::string its_manager,
         std::string its_label);
    std::string manager;
    std::string label;
    ContainerCgroups containers;
    std::unique_ptr<CgroupTree> tree;  // null: none
  };

  void find_users();
  void walk_user(User& user, const VisitCgroup& visit);

  TreeReader& reader_;
  WalkFiles files_;
  Selection& selection_;
  NameOf name_of_;
  std::unique_ptr<CgroupReader> slice_;  // which holds all users
  std::map<std::uint32_t, std::unique_ptr<User>> users_;
};

}  // namespace cgroupd
