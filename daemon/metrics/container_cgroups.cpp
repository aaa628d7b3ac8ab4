// Finding, opening, naming.
#include "metrics/container_cgroups.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "cgroupfs/formats.h"
#include "metrics/page.h"

namespace cgroupd {
namespace {

constexpr unsigned deepest_slice = 8;
constexpr std::size_t most_slices = 1024;
constexpr std::string_view slice_suffix = ".slice";
constexpr std::string_view tree_unit = "cgroupd-tree.service";
// crun puts a container, and its limits, one level beneath the scope systemd made for it.
constexpr std::string_view inner_level = "/container";
constexpr std::size_t short_id_length = 12;

std::string above(const std::string& place) {
  return place.substr(0, std::min(place.rfind('/'), place.size()));
}

bool is_shown_by(const CgroupTree* tree, const std::string& place) {
  if (tree == nullptr) return false;
  const std::string& root = tree->place();
  return place == root || (place.starts_with(root) && place.size() > root.size() && place[root.size()] == '/');
}

std::string scope_of(const std::string& place) {
  return place.ends_with(inner_level) ? place.substr(0, place.size() - inner_level.size()) : place;
}

}  // namespace

ContainerCgroups::ContainerCgroups(TreeReader& reader, const WalkFiles& files, Selection& selection, Options options)
    : reader_(reader), files_(files), selection_(selection), options_(std::move(options)) {}

void ContainerCgroups::find() {
  found_.clear();
  tree_.reset();
  slices_ = 0;
  if (options_.manager.empty()) return;
  if (!manager_.reader) {
    auto opened = reader_.open_in_hierarchy(options_.manager);
    if (!opened) return selection_.unreadable(opened.error());
    manager_.reader = std::move(*opened);
  }
  look_through(manager_, options_.manager, 0);
}

void ContainerCgroups::look_through(Slice& slice, const std::string& place, unsigned depth) {
  const OrErrno<std::vector<std::string>> names = slice.reader->children();
  if (!names) {
    selection_.unreadable(names.error());
    slice.reader.reset();  // another one may have its name
    slice.children.clear();
    return;
  }
  std::erase_if(slice.children, [&](const auto& child) { return !std::ranges::binary_search(*names, child.first); });
  for (const std::string& name : *names) {
    const std::string child_place = place + "/" + name;
    if (name == tree_unit) tree_ = child_place;
    if (Container container = container_of_directory(name); !container.id.empty())
      found_.emplace(child_place, std::move(container));
    if (!name.ends_with(slice_suffix) || depth == deepest_slice || ++slices_ > most_slices) continue;
    std::unique_ptr<Slice>& child = slice.children[name];
    if (!child) child = std::make_unique<Slice>();
    if (!child->reader) {
      auto opened = slice.reader->open_child(name);
      if (!opened) {
        selection_.unreadable(opened.error());
        continue;
      }
      child->reader = std::move(*opened);
    }
    look_through(*child, child_place, depth + 1);
  }
}

ContainerCgroups::Candidates ContainerCgroups::candidates(const Catalog* catalog, const CgroupTree* tree) const {
  Candidates all;
  for (const auto& [place, container] : found_) {
    if (!is_shown_by(tree, place)) all.emplace(place, std::make_shared<const Container>(container));
  }
  if (catalog == nullptr) return all;
  const Catalog::Containers& known = catalog->containers();
  // Their names may be known, but not where they are.
  for (auto& [place, container] : all) {
    const auto at = known.find(container->id);
    if (at != known.end() && at->second->cgroup.empty()) container = at->second;
  }
  for (const auto& [id, container] : known) {
    if (container->cgroup.empty() || is_shown_by(tree, container->cgroup)) continue;
    // The level with the limits may have any name.
    const auto scope = all.find(above(container->cgroup));
    const bool is_in_scope = scope != all.end() && scope->second->id == id;
    all.insert_or_assign(is_in_scope ? scope->first : scope_of(container->cgroup), container);
  }
  return all;
}

void ContainerCgroups::walk(const Catalog* catalog, const CgroupTree* tree, const VisitCgroup& visit) {
  const Candidates all = candidates(catalog, tree);
  std::erase_if(shown_, [&](const auto& shown) { return !all.contains(shown.first); });
  for (const auto& [scope, container] : all) {
    const auto known = shown_.find(scope);
    if (known != shown_.end() && !is_alive(*known->second)) shown_.erase(known);
    if (!shown_.contains(scope)) {
      std::unique_ptr<Shown> opened = open(scope, *container);
      if (!opened) continue;
      shown_.emplace(scope, std::move(opened));
    }
    Shown& shown = *shown_.at(scope);
    if (!shown.node.container || catalog != nullptr) {
      if (shown.node.container && *shown.node.container != *container) shown.node.info.clear();
      shown.node.container = container;
    }
    if (catalog == nullptr) read_mark(shown.node);
    shown.wanted = public_name(*shown.node.container);
  }
  name_all(tree);
  for (const auto& [scope, shown] : shown_) {
    if (shown->node.path.is_root() || !selection_.has_room()) continue;
    notice_controllers(*shown);
    const OrErrno<std::string_view> stat = shown->node.reader->read(files_.stat);
    if (stat && selection_.takes(shown->node.path, false)) visit(shown->node, *stat);
  }
}

std::unique_ptr<ContainerCgroups::Shown> ContainerCgroups::open(const std::string& scope, const Container& container) {
  auto shown = std::make_unique<Shown>();
  CgroupNode& node = shown->node;
  node.is_ours = options_.label.empty();
  const std::string noted = container.cgroup.empty() ? scope + std::string(inner_level) : container.cgroup;
  node.place = noted;
  auto opened = reader_.open_in_hierarchy(noted);
  if (!opened && noted != scope) {
    node.place = scope;
    opened = reader_.open_in_hierarchy(scope);
  }
  if (!opened) {
    selection_.unreadable(opened.error());
    return nullptr;
  }
  node.reader = std::move(*opened);
  shown->is_scope = node.place == scope;
  if (auto level = reader_.open_in_hierarchy(above(node.place))) shown->above = std::move(*level);
  return is_alive(*shown) ? std::move(shown) : nullptr;
}

// One that is gone is not, and neither is a scope that got another level since.
bool ContainerCgroups::is_alive(Shown& shown) {
  const OrErrno<std::string_view> stat = shown.node.reader->read(files_.stat);
  if (!stat) {
    selection_.unreadable(stat.error());
    return false;
  }
  if (!shown.is_scope || keyed_value(*stat, "nr_descendants").value_or(0) == 0) return true;
  return !shown.node.reader->open_child(std::string(inner_level.substr(1)));
}

// Who has the name he wants keeps it.
void ContainerCgroups::name_all(const CgroupTree* tree) {
  std::set<std::string> taken;
  // Until somebody makes a cgroup of that name in the tree.
  const auto keeps_its_name = [tree](const Shown& shown) {
    return shown.node.path.str() == shown.wanted && (tree == nullptr || !tree->has(shown.wanted));
  };
  for (const auto& [scope, shown] : shown_) {
    if (keeps_its_name(*shown)) taken.insert(shown->wanted);
  }
  for (const auto& [scope, shown] : shown_) {
    if (keeps_its_name(*shown)) continue;
    const std::string short_id = shown->node.container->id.substr(0, short_id_length);
    const std::optional<CgroupPath> path = [&]() -> std::optional<CgroupPath> {
      // A name that cannot be shown must not hide the container.
      for (const std::string& name :
           {shown->wanted, shown->wanted + "@" + short_id, shown->node.container->runtime + ":" + short_id}) {
        const Result<CgroupPath> parsed = CgroupPath::parse(name);
        const bool is_free = !taken.contains(name) && (tree == nullptr || !tree->has(name));
        if (parsed && parsed->depth() == 1 && is_free) return *parsed;
      }
      return std::nullopt;
    }();
    if (!path) {
      ++selection_.skipped().name;
      set_name(*shown, {});
      continue;
    }
    taken.insert(path->str());
    if (*path != shown->node.path) set_name(*shown, *path);
  }
}

void ContainerCgroups::set_name(Shown& shown, CgroupPath path) const {
  shown.node.label = options_.label;
  append_label(shown.node.label, "cgroup", path.str());
  shown.node.info.clear();
  shown.node.path = std::move(path);
}

void ContainerCgroups::notice_controllers(Shown& shown) const {
  if (!shown.above) return;
  const OrErrno<std::string_view> controllers = shown.above->read(files_.subtree_control);
  if (!controllers || *controllers == shown.node.subtree_control) return;
  shown.node.subtree_control = *controllers;
  shown.node.reader->controllers_changed();
}

}  // namespace cgroupd
