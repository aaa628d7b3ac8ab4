// The walk. What is open stays open while the kernel says it is the same cgroup.
#include "metrics/cgroup_tree.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "cgroupfs/formats.h"
#include "metrics/glob.h"
#include "metrics/page.h"

namespace cgroupd {

CgroupTree::CgroupTree(TreeReader& reader, const Files& files, TreeOptions options)
    : reader_(reader), files_(files), options_(std::move(options)) {}

Result<void> CgroupTree::walk(const IsManaged& is_managed, const Visit& visit) {
  skipped_ = {};
  Walk walk{.is_managed = is_managed, .visit = visit};
  const auto cannot = [this](int error) {
    root_ = {};
    return fail(ErrorCode::failed,
                "cannot read the delegated root " + reader_.root_path() + ": " + std::generic_category().message(error),
                {}, error);
  };
  if (!root_.reader) {
    auto opened = reader_.open_root();
    if (!opened) return cannot(opened.error());
    root_.reader = std::move(*opened);
  }
  const OrErrno<void> visited = visit_children(root_, walk);
  if (!visited) return cannot(visited.error());
  return {};
}

OrErrno<void> CgroupTree::visit_children(CgroupNode& parent, Walk& walk) {
  const OrErrno<std::vector<std::string>> names = parent.reader->children();
  if (!names) return tl::unexpected(names.error());
  std::erase_if(parent.children, [&](const auto& child) { return !std::ranges::binary_search(*names, child.first); });
  notice_controllers(parent);
  for (const std::string& name : *names) visit_child(parent, name, walk);
  return {};
}

// What a child's controllers are is written in its parent. With a controller that was off for a moment even files that
// are there are new ones.
void CgroupTree::notice_controllers(CgroupNode& parent) const {
  const OrErrno<std::string_view> controllers = parent.reader->read(files_.subtree_control);
  if (!controllers || *controllers == parent.subtree_control) return;
  parent.subtree_control = *controllers;
  for (const auto& [name, child] : parent.children) child->reader->controllers_changed();
}

void CgroupTree::visit_child(CgroupNode& parent, const std::string& name, Walk& walk) {
  if (parent.path.is_root() && std::ranges::find(options_.hidden, name) != options_.hidden.end()) return;
  const auto known = parent.children.find(name);
  const Result<CgroupPath> path =
      known == parent.children.end() ? parent.path.child(name) : Result<CgroupPath>(known->second->path);
  if (!path) {
    ++skipped_.name;
    return;
  }
  if (path->depth() > options_.max_depth) {
    ++skipped_.depth;
    return;
  }
  if (walk.shown >= options_.max_cgroups) {
    ++skipped_.limit;
    return;
  }
  std::string_view stat;
  CgroupNode* const child = open_child(parent, name, *path, stat);
  if (child == nullptr) return;
  const bool has_children = keyed_value(stat, "nr_descendants").value_or(1) != 0;
  if (is_shown(*path, walk)) {
    ++walk.shown;
    walk.visit(*child, stat);
  }
  // A cgroup that goes away meanwhile has nothing beneath it.
  if (has_children) {
    (void)visit_children(*child, walk);
  } else {
    child->children.clear();
  }
}

CgroupNode* CgroupTree::open_child(CgroupNode& parent, const std::string& name, const CgroupPath& path,
                                   std::string_view& stat) {
  std::unique_ptr<CgroupNode>& child = parent.children[name];
  if (child) {
    const OrErrno<std::string_view> text = child->reader->read(files_.stat);
    if (text) {
      stat = *text;
      return child.get();
    }
    child.reset();  // another one has its name now, or nobody
  }
  OrErrno<std::unique_ptr<CgroupReader>> opened = parent.reader->open_child(name);
  const OrErrno<std::string_view> text =
      opened ? (*opened)->read(files_.stat) : OrErrno<std::string_view>(tl::unexpected(opened.error()));
  if (!text) {
    if (text.error() == EMFILE || text.error() == ENFILE) ++skipped_.limit;
    parent.children.erase(name);
    return nullptr;
  }
  child = std::make_unique<CgroupNode>();
  child->path = path;
  append_label(child->label, "cgroup", path.str());
  child->reader = std::move(*opened);
  stat = *text;
  return child.get();
}

bool CgroupTree::is_shown(const CgroupPath& path, const Walk& walk) {
  const bool included = options_.include.empty() || matches_any(options_.include, path.str());
  if (!included || matches_any(options_.exclude, path.str())) {
    ++skipped_.excluded;
    return false;
  }
  if (!options_.unmanaged && !walk.is_managed(path)) {
    ++skipped_.unmanaged;
    return false;
  }
  return true;
}

}  // namespace cgroupd
