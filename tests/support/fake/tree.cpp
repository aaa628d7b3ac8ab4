// Shape of the hierarchy: controllers top-down, threaded domains, who may enter (kernel/cgroup/cgroup.c).
#include <algorithm>
#include <array>
#include <cerrno>

#include "support/fake/machine.h"
#include "support/fake/text.h"

namespace cgroupd::fake {
namespace {

// The kernel's order (cgroup_subsys.h), which is the order of cgroup.controllers.
constexpr std::array<std::string_view, 9> known_controllers = {"cpuset",  "cpu",  "io",   "memory", "perf_event",
                                                               "hugetlb", "pids", "rdma", "misc"};

bool is_threaded_controller(std::string_view name) {
  return name == "cpu" || name == "cpuset" || name == "perf_event" || name == "pids";
}

bool is_hierarchy_root(const Cgroup& cgroup) {
  return cgroup.parent == nullptr;
}

bool enables_domain_controllers(const Cgroup& cgroup) {
  return !std::ranges::all_of(cgroup.subtree_control, is_threaded_controller);
}

bool enables_threaded_controllers(const Cgroup& cgroup) {
  return std::ranges::any_of(cgroup.subtree_control, is_threaded_controller);
}

bool has_threaded_children(const Cgroup& cgroup) {
  return std::ranges::any_of(cgroup.children, [](const auto& child) { return child.second->threaded; });
}

bool has_populated_domain_children(const Cgroup& cgroup) {
  return std::ranges::any_of(cgroup.children,
                             [](const auto& child) { return !child.second->threaded && is_populated(*child.second); });
}

// cgroup_is_thread_root()
bool is_thread_root(const Cgroup& cgroup) {
  if (cgroup.threaded) return false;
  return has_threaded_children(cgroup) || (!cgroup.processes.empty() && enables_threaded_controllers(cgroup));
}

// cgroup_can_be_thread_root()
bool can_be_thread_root(const Cgroup& cgroup) {
  if (is_hierarchy_root(cgroup)) return true;
  return !cgroup.threaded && !has_populated_domain_children(cgroup) && !enables_domain_controllers(cgroup);
}

// cgroup_is_valid_domain()
bool is_valid_domain(const Cgroup& cgroup) {
  if (cgroup.threaded) return false;
  for (const Cgroup* above = cgroup.parent; above != nullptr; above = above->parent) {
    if (!is_hierarchy_root(*above) && is_thread_root(*above)) return false;
    if (above->threaded) return false;
  }
  return true;
}

const Cgroup& domain_of(const Cgroup& cgroup) {
  const Cgroup* domain = &cgroup;
  while (domain->threaded) domain = domain->parent;
  return *domain;
}

// cgroup_vet_subtree_control_enable()
int vet_enable(const Cgroup& cgroup, const std::set<std::string, std::less<>>& enable) {
  if (enable.empty()) return 0;
  if (!is_valid_domain(domain_of(cgroup))) return EOPNOTSUPP;
  if (is_hierarchy_root(cgroup)) return 0;
  if (!std::ranges::all_of(enable, is_threaded_controller)) {
    if (is_thread_root(cgroup) || cgroup.threaded) return EOPNOTSUPP;
  } else if (can_be_thread_root(cgroup) || cgroup.threaded) {
    return 0;
  }
  return cgroup.processes.empty() ? 0 : EBUSY;
}

// A controller that comes or goes leaves nothing of what its files said.
void reset(Cgroup& cgroup, std::string_view controller) {
  if (controller == "cpu") cgroup.cpu = {};
  if (controller == "cpuset") cgroup.cpuset = {};
  if (controller == "io") cgroup.io = {};
  if (controller == "memory") {
    cgroup.memory = {};
    cgroup.memory_events.clear();
    cgroup.memory_events_local.clear();
  }
  if (controller == "pids") {
    cgroup.pids = {};
    cgroup.pids_events.clear();
    cgroup.pids_events_local.clear();
  }
}

}  // namespace

std::vector<std::string> controllers_of(const Machine& machine, const Cgroup& cgroup) {
  std::vector<std::string> controllers;
  for (const auto name : known_controllers) {
    const bool threads_only = cgroup.threaded && !is_threaded_controller(name);
    const bool on_machine = std::ranges::find(machine.host.controllers, name) != machine.host.controllers.end();
    const bool here =
        is_hierarchy_root(cgroup) ? on_machine : cgroup.parent->subtree_control.contains(name) && !threads_only;
    if (here) controllers.emplace_back(name);
  }
  return controllers;
}

bool has_controller(const Machine& machine, const Cgroup& cgroup, std::string_view controller) {
  return std::ranges::count(controllers_of(machine, cgroup), controller) != 0;
}

bool is_populated(const Cgroup& cgroup) {
  return !cgroup.processes.empty() ||
         std::ranges::any_of(cgroup.children, [](const auto& child) { return is_populated(*child.second); });
}

int vet_entry(const Cgroup& cgroup) {
  if (!is_valid_domain(domain_of(cgroup))) return EOPNOTSUPP;
  if (can_be_thread_root(cgroup) || cgroup.threaded) return 0;
  return cgroup.subtree_control.empty() ? 0 : EBUSY;
}

std::string type_of(const Cgroup& cgroup) {
  if (cgroup.threaded) return "threaded\n";
  if (!is_valid_domain(cgroup)) return "domain invalid\n";
  return is_thread_root(cgroup) ? "domain threaded\n" : "domain\n";
}

int make_threaded(Cgroup& cgroup) {
  if (cgroup.threaded) return 0;
  if (is_populated(cgroup) || enables_domain_controllers(cgroup)) return EOPNOTSUPP;
  const Cgroup& domain = domain_of(*cgroup.parent);
  if (!is_valid_domain(domain) || !can_be_thread_root(domain)) return EOPNOTSUPP;
  cgroup.threaded = true;
  return 0;
}

int write_subtree_control(Machine& machine, Cgroup& cgroup, std::string_view text) {
  std::set<std::string, std::less<>> enable;
  std::set<std::string, std::less<>> disable;
  for (const auto word : words_of(text)) {
    const auto name = word.substr(1);
    if (std::ranges::find(known_controllers, name) == known_controllers.end()) return EINVAL;
    if (word.front() != '+' && word.front() != '-') return EINVAL;
    (word.front() == '+' ? disable : enable).erase(std::string(name));
    (word.front() == '+' ? enable : disable).emplace(name);
  }
  std::erase_if(enable, [&](const auto& name) { return cgroup.subtree_control.contains(name); });
  std::erase_if(disable, [&](const auto& name) { return !cgroup.subtree_control.contains(name); });
  for (const auto& name : enable) {
    if (!has_controller(machine, cgroup, name)) return ENOENT;
  }
  for (const auto& name : disable) {
    for (const auto& [_, child] : cgroup.children) {
      if (child->subtree_control.contains(name)) return EBUSY;
    }
  }
  if (const int error = vet_enable(cgroup, enable); error != 0) return error;
  for (const auto& name : enable) cgroup.subtree_control.insert(name);
  for (const auto& name : disable) cgroup.subtree_control.erase(name);
  enable.merge(disable);
  for (const auto& [_, child] : cgroup.children) {
    for (const auto& name : enable) reset(*child, name);
  }
  return 0;
}

void for_each_beneath(const Cgroup& cgroup, const std::function<void(const Cgroup&)>& visit) {
  visit(cgroup);
  for (const auto& [_, child] : cgroup.children) for_each_beneath(*static_cast<const Cgroup*>(child.get()), visit);
}

void for_each_beneath(Cgroup& cgroup, const std::function<void(Cgroup&)>& visit) {
  visit(cgroup);
  for (const auto& [_, child] : cgroup.children) for_each_beneath(*child, visit);
}

const File* find_file(const Machine& machine, const Cgroup& cgroup, std::string_view name) {
  using Table = std::span<const File> (*)();
  constexpr std::array<Table, 7> tables = {core_files,   cpu_files,  cpuset_files,  io_files,
                                           memory_files, pids_files, pressure_files};
  for (const auto table : tables) {
    for (const auto& file : table()) {
      if (file.name != name) continue;
      const bool here = (file.controller.empty() || has_controller(machine, cgroup, file.controller)) &&
                        (!is_hierarchy_root(cgroup) || file.on_hierarchy_root) &&
                        (file.exists == nullptr || file.exists(machine, cgroup));
      if (here) return &file;
    }
  }
  return nullptr;
}

}  // namespace cgroupd::fake
