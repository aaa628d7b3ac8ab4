// Charging, reclaiming and OOM-killing across the levels (mm/memcontrol.c, mm/oom_kill.c).
#include <algorithm>

#include "support/fake/machine.h"

namespace cgroupd::fake {
namespace {

bool counts_memory(const Machine& machine, const Cgroup& cgroup) {
  return has_controller(machine, cgroup, "memory");
}

// memcg_memory_event(): local where it happened, the other file at every level above too.
void count(const Machine& machine, Cgroup& at, const std::string& event) {
  Cgroup* level = &at;
  while (level->parent != nullptr && !counts_memory(machine, *level)) level = level->parent;
  ++level->memory_events_local[event];
  for (; level != nullptr; level = level->parent) ++level->memory_events[event];
}

struct Victim {
  Cgroup* cgroup = nullptr;
  std::uint64_t pid = 0;
  std::uint64_t memory = 0;
};

Victim largest_beneath(Cgroup& limiter) {
  Victim victim;
  for_each_beneath(limiter, [&](Cgroup& cgroup) {
    for (const auto& process : cgroup.processes) {
      if (process.memory > victim.memory) victim = {.cgroup = &cgroup, .pid = process.pid, .memory = process.memory};
    }
  });
  return victim;
}

// mem_cgroup_get_oom_group(): the highest level within the limiter that wants to die as one.
Cgroup* group_of(Cgroup& victim, const Cgroup& limiter) {
  Cgroup* group = nullptr;
  for (Cgroup* level = &victim; level != nullptr; level = level->parent) {
    if (level->memory.oom_group) group = level;
    if (level == &limiter) break;
  }
  return group;
}

bool kill_one(const Machine& machine, Cgroup& limiter) {
  const Victim victim = largest_beneath(limiter);
  if (victim.cgroup == nullptr) return false;
  if (Cgroup* const group = group_of(*victim.cgroup, limiter); group != nullptr) {
    count(machine, *group, "oom_group_kill");
    for_each_beneath(*group, [&](Cgroup& cgroup) {
      for (std::size_t i = 0; i < cgroup.processes.size(); ++i) count(machine, cgroup, "oom_kill");
      cgroup.processes.clear();
    });
    return true;
  }
  std::erase_if(victim.cgroup->processes, [&](const Process& process) { return process.pid == victim.pid; });
  count(machine, *victim.cgroup, "oom_kill");
  return true;
}

}  // namespace

std::uint64_t memory_in_use(const Cgroup& cgroup) {
  std::uint64_t bytes = 0;
  for_each_beneath(cgroup, [&](const Cgroup& each) {
    bytes += each.page_cache + each.left_behind;
    for (const auto& process : each.processes) bytes += process.memory;
  });
  return bytes;
}

std::uint64_t reclaim(Cgroup& cgroup, std::uint64_t bytes) {
  std::uint64_t reclaimed = 0;
  for_each_beneath(cgroup, [&](Cgroup& each) {
    const auto part = std::min(each.page_cache, bytes - reclaimed);
    each.page_cache -= part;
    reclaimed += part;
  });
  return reclaimed;
}

void charge(Machine& machine, Cgroup& cgroup) {
  for (Cgroup* level = &cgroup; level->parent != nullptr; level = level->parent) {
    if (!counts_memory(machine, *level)) continue;
    level->memory.peak = std::max(level->memory.peak, std::min(memory_in_use(*level), level->memory.max));
    if (const auto use = memory_in_use(*level); use > level->memory.high) {
      count(machine, *level, "high");
      reclaim(*level, use - level->memory.high);
    }
    if (memory_in_use(*level) <= level->memory.max) continue;
    count(machine, *level, "max");
    reclaim(*level, memory_in_use(*level) - level->memory.max);
    while (memory_in_use(*level) > level->memory.max) {
      count(machine, *level, "oom");
      if (!kill_one(machine, *level)) break;
    }
  }
}

}  // namespace cgroupd::fake
