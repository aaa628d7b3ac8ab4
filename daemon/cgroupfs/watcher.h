// Hears of every write to the tree, whoever makes it, without polling (inotify(7); cgroupfs reports write(2) as
// MODIFY).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cgroupfs/file_descriptor.h"
#include "model/cgroup_path.h"
#include "model/result.h"

namespace cgroupd {

struct TreeEvent {
  enum class Kind {
    written,  ///< an interface file
    made,     ///< a child cgroup
    removed,  ///< a child cgroup
    above,    ///< the controllers of a cgroup above the delegated root
    lost,     ///< more happened than could be queued: anything may have changed
  };
  Kind kind = Kind::written;
  CgroupPath cgroup = {};  ///< made, removed: the child
  std::string file = {};   ///< written
  friend bool operator==(const TreeEvent&, const TreeEvent&) = default;
};

/// Where watches are placed.
class Watches {
 public:
  Watches() = default;
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;
  Watches(Watches&&) = delete;
  Watches& operator=(Watches&&) = delete;
  virtual ~Watches() = default;

  /// From now on events of `cgroup` and the coming and going of its children are told; again is fine. limit_exceeded
  /// when the user's fs.inotify.max_user_watches is used up.
  virtual Result<void> watch(const CgroupPath& cgroup) = 0;
};

/// One inotify instance for the whole tree. Removed cgroups are forgotten by themselves.
class Watcher final : public Watches {
 public:
  /// `root` is the absolute path of the delegated root. Watches what is above it, too: cgroup.subtree_control there
  /// decides which controllers reach us.
  static Result<std::unique_ptr<Watcher>> open(std::string root);

  Result<void> watch(const CgroupPath& cgroup) override;

  /// Readable when there are events.
  int fd() const { return inotify_.get(); }
  /// All that happened since the last call, equal neighbours once. Never blocks.
  std::vector<TreeEvent> take();

 private:
  explicit Watcher(std::string root) : root_(std::move(root)) {}

  std::string root_;
  FileDescriptor inotify_;
  std::map<int, CgroupPath> watched_;
  std::set<int> above_;  // files above the root
};

}  // namespace cgroupd
