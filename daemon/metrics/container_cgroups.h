// The containers of one user outside of our tree: found in the slices of his service manager and by what their runtimes
// noted, kept open from scrape to scrape.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/cgroup_tree.h"
#include "runtimes/catalog.h"

namespace cgroupd {

/// Each is one cgroup called "podman:web", whatever its id: run again under the same name it is the same series. Of two
/// with the same name (another storage) the newcomer gets its id behind it: "podman:web@0bb0b1182974".
class ContainerCgroups {
 public:
  struct Options {
    std::string manager = {};  ///< the user's service manager in the hierarchy; empty: it has none
    std::string label = {};    ///< what every label block begins with: `root="dev"`; empty: nothing
  };

  /// `reader` and `selection` must outlive it.
  ContainerCgroups(TreeReader& reader, const WalkFiles& files, Selection& selection, Options options);

  /// Looks through the slices, for containers and for a user's cgroupd.
  void find();
  /// Where that user's cgroupd-tree.service is, after find(); none: there is none.
  const std::optional<std::string>& tree() const { return tree_; }

  /// Visits the containers that run and lie outside of `tree` (null: the user has none). `catalog`: what is known of
  /// them; null: what their user's daemon left with the cgroup (runtimes/mark.h).
  void walk(const Catalog* catalog, const CgroupTree* tree, const VisitCgroup& visit);

 private:
  struct Slice {
    std::unique_ptr<CgroupReader> reader;
    std::map<std::string, std::unique_ptr<Slice>> children;
  };
  struct Shown {
    CgroupNode node;
    std::unique_ptr<CgroupReader> above;  // whose controllers decide which files there are
    std::string wanted;                   // the name it would like to have
    bool is_scope = false;                // there may still come a level below it
  };
  using Candidates = std::map<std::string, std::shared_ptr<const Container>>;  // by the scope's place

  void look_through(Slice& slice, const std::string& place, unsigned depth);
  Candidates candidates(const Catalog* catalog, const CgroupTree* tree) const;
  std::unique_ptr<Shown> open(const std::string& scope, const Container& container);
  bool is_alive(Shown& shown);
  void name_all(const CgroupTree* tree);
  void set_name(Shown& shown, CgroupPath path) const;
  void notice_controllers(Shown& shown) const;

  TreeReader& reader_;
  WalkFiles files_;
  Selection& selection_;
  Options options_;
  Slice manager_;
  std::size_t slices_ = 0;
  std::map<std::string, Container> found_;  // in the slices, by place
  std::optional<std::string> tree_;
  std::map<std::string, std::unique_ptr<Shown>> shown_;  // by the scope's place
};

}  // namespace cgroupd
