// The walk. What is open stays open while the kernel says it is the same cgroup.
#include "metrics/cgroup_tree.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "cgroupfs/formats.h"
#include "metrics/page.h"

namespace cgroupd {

CgroupTree::CgroupTree(TreeReader& reader, const WalkFiles& files, Selection& selection, TreeRoot root)
    : reader_(reader), files_(files), selection_(selection), begin_(std::move(root)) {
  root_.place = begin_.place ? *begin_.place : reader_.hierarchy_path();
}

Result<void> CgroupTree::walk(const IsManaged& is_managed, const VisitCgroup& visit) {
  Walk walk{.is_managed = is_managed, .visit = visit};
  const auto cannot = [this](int error) {
    root_.reader.reset();
    root_.children.clear();
    return fail(ErrorCode::failed,
                "cannot read the cgroup " + begin_.place.value_or(reader_.root_path()) + ": " +
                    std::generic_category().message(error),
                {}, error);
  };
  if (!root_.reader) {
    auto opened = begin_.place ? reader_.open_in_hierarchy(*begin_.place) : reader_.open_root();
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
  const auto is_hidden = [this](const std::string& child) {
    return std::ranges::find(selection_.options().hidden, child) != selection_.options().hidden.end();
  };
  if (parent.path.is_root() && is_hidden(name)) return;
  const auto known = parent.children.find(name);
  const Result<CgroupPath> path =
      known == parent.children.end() ? parent.path.child(name) : Result<CgroupPath>(known->second->path);
  if (!path) {
    ++selection_.skipped().name;
    return;
  }
  if (path->depth() > selection_.options().max_depth) {
    ++selection_.skipped().depth;
    return;
  }
  if (!selection_.has_room()) return;
  std::string_view stat;
  CgroupNode* const child = open_child(parent, name, *path, stat);
  if (child == nullptr) return;
  const bool has_children = keyed_value(stat, "nr_descendants").value_or(1) != 0;
  if (selection_.takes(*path, walk.is_managed(*path))) walk.visit(*child, stat);
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
    selection_.unreadable(text.error());
    parent.children.erase(name);
    return nullptr;
  }
  child = std::make_unique<CgroupNode>();
  child->path = path;
  child->place = parent.place + "/" + name;
  child->label = begin_.label;
  append_label(child->label, "cgroup", path.str());
  child->is_ours = !begin_.place;
  child->reader = std::move(*opened);
  stat = *text;
  return child.get();
}

}  // namespace cgroupd
