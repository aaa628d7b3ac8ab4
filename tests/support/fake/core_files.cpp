// cgroup.*: processes, controllers, freezing, killing, bounds of the tree.
#include <algorithm>
#include <array>
#include <cerrno>

#include "support/fake/machine.h"
#include "support/fake/text.h"

namespace cgroupd::fake {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text + "\n";
}

Text read_controllers(const Machine& machine, const Cgroup& cgroup) {
  return joined(controllers_of(machine, cgroup));
}

Text read_subtree_control(const Machine& machine, const Cgroup& cgroup) {
  auto controllers = controllers_of(machine, cgroup);
  std::erase_if(controllers, [&](const auto& name) { return !cgroup.subtree_control.contains(name); });
  return joined(controllers);
}

Text read_type(const Machine&, const Cgroup& cgroup) {
  return type_of(cgroup);
}

int write_type(Machine&, Cgroup& cgroup, std::string_view text) {
  return stripped(text) == "threaded" ? make_threaded(cgroup) : EINVAL;
}

Text read_procs(const Machine&, const Cgroup& cgroup) {
  if (cgroup.threaded) return tl::unexpected(EOPNOTSUPP);
  std::string text;
  for (const auto& process : cgroup.processes) text += line(process.pid);
  return text;
}

// Memory stays charged where it was used (cgroup-v2.rst, "Memory Ownership").
int write_procs(Machine& machine, Cgroup& cgroup, std::string_view text) {
  const auto pid = kstrtoint(stripped(text));
  if (!pid || *pid < 0) return EINVAL;
  Cgroup* from = nullptr;
  for_each_beneath(*machine.hierarchy, [&](Cgroup& other) {
    const auto here = [&](const Process& process) { return process.pid == static_cast<std::uint64_t>(*pid); };
    if (std::ranges::any_of(other.processes, here)) from = &other;
  });
  if (from == nullptr) return ESRCH;
  if (const int error = vet_entry(cgroup); error != 0) return error;
  if (from == &cgroup) return 0;
  const auto at = std::ranges::find(from->processes, static_cast<std::uint64_t>(*pid), &Process::pid);
  Process moved = *at;
  from->processes.erase(at);
  from->left_behind += moved.memory;
  moved.memory = 0;
  cgroup.processes.push_back(moved);
  count_peaks(cgroup);
  return 0;
}

int write_kill(Machine& machine, Cgroup& cgroup, std::string_view text) {
  const auto value = kstrtoint(stripped(text));
  if (!value) return value.error();
  if (*value != 1) return ERANGE;
  if (cgroup.threaded) return EOPNOTSUPP;
  for_each_beneath(cgroup, [](Cgroup& each) { each.processes.clear(); });
  (void)machine;
  return 0;
}

Text read_freeze(const Machine&, const Cgroup& cgroup) {
  return line(cgroup.freeze ? 1 : 0);
}

int write_freeze(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto value = kstrtoint(stripped(text));
  if (!value) return value.error();
  if (*value < 0 || *value > 1) return ERANGE;
  cgroup.freeze = *value == 1;
  return 0;
}

Text read_events(const Machine&, const Cgroup& cgroup) {
  bool frozen = false;
  for (const Cgroup* level = &cgroup; level != nullptr; level = level->parent) frozen = frozen || level->freeze;
  return "populated " + line(is_populated(cgroup) ? 1 : 0) + "frozen " + line(frozen ? 1 : 0);
}

Text read_stat(const Machine&, const Cgroup& cgroup) {
  std::uint64_t descendants = 0;
  for_each_beneath(cgroup, [&](const Cgroup&) { ++descendants; });
  return "nr_descendants " + line(descendants - 1) + "nr_dying_descendants 0\n";
}

tl::expected<std::uint64_t, int> tree_bound(std::string_view text) {
  if (stripped(text) == "max") return tree_unlimited;
  const auto value = kstrtoint(stripped(text));
  if (!value) return tl::unexpected(value.error());
  if (*value < 0 || *value >= INT32_MAX) return tl::unexpected(ERANGE);
  return static_cast<std::uint64_t>(*value);
}

Text read_max_descendants(const Machine&, const Cgroup& cgroup) {
  return max_or(cgroup.max_descendants, tree_unlimited);
}
int write_max_descendants(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto bound = tree_bound(text);
  if (bound) cgroup.max_descendants = *bound;
  return bound ? 0 : bound.error();
}

Text read_max_depth(const Machine&, const Cgroup& cgroup) {
  return max_or(cgroup.max_depth, tree_unlimited);
}
int write_max_depth(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto bound = tree_bound(text);
  if (bound) cgroup.max_depth = *bound;
  return bound ? 0 : bound.error();
}

constexpr std::array files = {
    File{.name = "cgroup.controllers", .read = read_controllers, .on_hierarchy_root = true},
    File{.name = "cgroup.subtree_control",
         .read = read_subtree_control,
         .write = write_subtree_control,
         .on_hierarchy_root = true,
         .delegatable = true},
    File{.name = "cgroup.type", .read = read_type, .write = write_type},
    File{.name = "cgroup.procs",
         .read = read_procs,
         .write = write_procs,
         .on_hierarchy_root = true,
         .delegatable = true},
    File{.name = "cgroup.kill", .write = write_kill},
    File{.name = "cgroup.freeze", .read = read_freeze, .write = write_freeze},
    File{.name = "cgroup.events", .read = read_events},
    File{.name = "cgroup.stat", .read = read_stat, .on_hierarchy_root = true},
    File{.name = "cgroup.max.descendants",
         .read = read_max_descendants,
         .write = write_max_descendants,
         .on_hierarchy_root = true},
    File{.name = "cgroup.max.depth", .read = read_max_depth, .write = write_max_depth, .on_hierarchy_root = true},
};

}  // namespace

std::span<const File> core_files() {
  return files;
}

}  // namespace cgroupd::fake
