// Which cgroups a scrape shows: the kernel's tree, kept open from scrape to scrape.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cgroupfs/tree_reader.h"
#include "model/cgroup_path.h"

namespace cgroupd {

struct TreeOptions {
  std::size_t max_cgroups = 4096;                    ///< more are counted as skipped, not read
  std::size_t max_depth = CgroupPath::max_depth;     ///< 1 is the children of the root; deeper ones are not looked for
  std::vector<std::string> include = {};             ///< globs (glob.h); empty: every cgroup
  std::vector<std::string> exclude = {};             ///< globs; stronger than include
  std::vector<std::string> hidden = {"supervisor"};  ///< children of the root that are nobody's business: not counted
  bool unmanaged = true;                             ///< also those the core does not know
};

/// A cgroup as the last walk found it.
struct CgroupNode {
  CgroupPath path;
  std::string label;  ///< `cgroup="web"`
  std::string info;   ///< the labels of the info series; whoever shows it fills it in
  std::unique_ptr<CgroupReader> reader;
  std::string subtree_control;
  std::map<std::string, std::unique_ptr<CgroupNode>> children;
};

/// Cgroups left out, by reason.
struct SkippedCgroups {
  std::size_t depth = 0;
  std::size_t excluded = 0;
  std::size_t limit = 0;
  std::size_t name = 0;
  std::size_t unmanaged = 0;
};

class CgroupTree {
 public:
  /// Where the two files the walk itself needs stand in the reader's list.
  struct Files {
    std::size_t stat;             ///< cgroup.stat: there for every cgroup, and tells whether there is anything beneath
    std::size_t subtree_control;  ///< cgroup.subtree_control: tells when the children's files change
  };
  /// `stat`: the text of cgroup.stat, valid until the next read.
  using Visit = std::function<void(CgroupNode& cgroup, std::string_view stat)>;
  using IsManaged = std::function<bool(const CgroupPath&)>;

  /// `reader` must outlive the tree.
  CgroupTree(TreeReader& reader, const Files& files, TreeOptions options);

  /// Visits every cgroup that is shown, parents first. One that vanishes on the way is passed over. An error only when
  /// the root itself cannot be read.
  Result<void> walk(const IsManaged& is_managed, const Visit& visit);

  const SkippedCgroups& skipped() const { return skipped_; }

 private:
  struct Walk {
    const IsManaged& is_managed;
    const Visit& visit;
    std::size_t shown = 0;
  };

  OrErrno<void> visit_children(CgroupNode& parent, Walk& walk);
  void visit_child(CgroupNode& parent, const std::string& name, Walk& walk);
  CgroupNode* open_child(CgroupNode& parent, const std::string& name, const CgroupPath& path, std::string_view& stat);
  void notice_controllers(CgroupNode& parent) const;
  bool is_shown(const CgroupPath& path, const Walk& walk);

  TreeReader& reader_;
  Files files_;
  TreeOptions options_;
  CgroupNode root_;
  SkippedCgroups skipped_;
};

}  // namespace cgroupd
