// The cgroups beneath one root: the kernel's tree, kept open from scrape to scrape.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cgroupfs/tree_reader.h"
#include "metrics/cgroup_node.h"
#include "metrics/selection.h"

namespace cgroupd {

/// Where the two files the walk itself needs stand in the reader's list.
struct WalkFiles {
  std::size_t stat;             ///< cgroup.stat: there for every cgroup, and tells whether there is anything beneath
  std::size_t subtree_control;  ///< cgroup.subtree_control: tells when the children's files change
};

/// `stat`: the text of cgroup.stat, valid until the next read.
using VisitCgroup = std::function<void(CgroupNode& cgroup, std::string_view stat)>;

/// Where a tree begins.
struct TreeRoot {
  std::optional<std::string> place = {};  ///< in the hierarchy; none: the delegated root, whose facts the core has
  std::string label = {};                 ///< what every label block begins with: `root="dev"`; empty: nothing
};

class CgroupTree {
 public:
  using IsManaged = std::function<bool(const CgroupPath&)>;

  /// `reader` and `selection` must outlive the tree.
  CgroupTree(TreeReader& reader, const WalkFiles& files, Selection& selection, TreeRoot root = {});

  /// Visits every cgroup that is shown, parents first. One that vanishes on the way is passed over. An error only when
  /// the root itself cannot be read.
  Result<void> walk(const IsManaged& is_managed, const VisitCgroup& visit);

  /// Whether the last walk found a cgroup of this name right beneath the root.
  bool has(const std::string& name) const { return root_.children.contains(name); }
  /// Its root, in the hierarchy.
  const std::string& place() const { return root_.place; }

 private:
  struct Walk {
    const IsManaged& is_managed;
    const VisitCgroup& visit;
  };

  OrErrno<void> visit_children(CgroupNode& parent, Walk& walk);
  void visit_child(CgroupNode& parent, const std::string& name, Walk& walk);
  CgroupNode* open_child(CgroupNode& parent, const std::string& name, const CgroupPath& path, std::string_view& stat);
  void notice_controllers(CgroupNode& parent) const;

  TreeReader& reader_;
  WalkFiles files_;
  Selection& selection_;
  TreeRoot begin_;
  CgroupNode root_;
};

}  // namespace cgroupd
