// pids.* and what a fork does to them (kernel/cgroup/pids.c).
#include <algorithm>
#include <array>
#include <cerrno>

#include "support/fake/machine.h"
#include "support/fake/text.h"

namespace cgroupd::fake {
namespace {

Text read_max(const Machine&, const Cgroup& cgroup) {
  return max_or(cgroup.pids.max, pids_unlimited);
}

// Below what runs already is legal: nothing dies, nothing more starts.
int write_max(Machine&, Cgroup& cgroup, std::string_view text) {
  if (stripped(text) == "max") {
    cgroup.pids.max = pids_unlimited;
    return 0;
  }
  const auto value = kstrtoull(stripped(text));
  if (!value) return value.error();
  if (*value >= pids_unlimited) return EINVAL;
  cgroup.pids.max = *value;
  return 0;
}

Text read_current(const Machine&, const Cgroup& cgroup) {
  return line(tasks_in(cgroup));
}
Text read_peak(const Machine&, const Cgroup& cgroup) {
  return line(cgroup.pids.peak);
}
Text read_events(const Machine&, const Cgroup& cgroup) {
  return flat_keyed(cgroup.pids_events, {"max"});
}
Text read_events_local(const Machine&, const Cgroup& cgroup) {
  return flat_keyed(cgroup.pids_events_local, {"max"});
}
bool is_6_12(const Machine& machine, const Cgroup&) {
  return machine.host.release == Release::v6_12;
}

constexpr std::array files = {
    File{.name = "pids.max", .controller = "pids", .read = read_max, .write = write_max},
    File{.name = "pids.current", .controller = "pids", .read = read_current},
    File{.name = "pids.peak", .controller = "pids", .read = read_peak},
    File{.name = "pids.events", .controller = "pids", .read = read_events},
    File{.name = "pids.events.local", .controller = "pids", .read = read_events_local, .exists = is_6_12},
};

}  // namespace

std::span<const File> pids_files() {
  return files;
}

std::uint64_t tasks_in(const Cgroup& cgroup) {
  std::uint64_t tasks = 0;
  for_each_beneath(cgroup, [&](const Cgroup& each) { tasks += each.processes.size(); });
  return tasks;
}

void count_peaks(Cgroup& cgroup) {
  for (Cgroup* level = &cgroup; level != nullptr; level = level->parent) {
    level->pids.peak = std::max(level->pids.peak, tasks_in(*level));
  }
}

// 6.1 counts a refused fork where the forking process is; 6.12 at the level whose limit it was, and above.
std::optional<std::uint64_t> fork_in(Machine& machine, Cgroup& cgroup, std::string_view name) {
  for (Cgroup* level = &cgroup; level->parent != nullptr; level = level->parent) {
    if (!has_controller(machine, *level, "pids") || tasks_in(*level) < level->pids.max) continue;
    if (machine.host.release == Release::v6_1) {
      ++cgroup.pids_events["max"];
    } else {
      ++level->pids_events_local["max"];
      for (Cgroup* above = level; above != nullptr; above = above->parent) ++above->pids_events["max"];
    }
    return std::nullopt;
  }
  const std::uint64_t pid = machine.next_pid++;
  cgroup.processes.push_back({.pid = pid, .name = std::string(name)});
  count_peaks(cgroup);
  return pid;
}

}  // namespace cgroupd::fake
