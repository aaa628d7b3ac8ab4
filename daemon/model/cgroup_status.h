// What can be said about one cgroup at one moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "model/desired.h"
#include "model/limit_value.h"

namespace cgroupd {

/// Numbers by name: a single-value interface file ("memory.current", bytes) or, for keyed files, the controller and the
/// key: usage "cpu.usage_usec" (cpu.stat), events "memory.oom_kill" (memory.events), "pids.max" (pids.events).
using Numbers = std::map<std::string, std::uint64_t>;

/// What is asked for one limit.
struct DesiredLimit {
  Value value;
  Origin origin = Origin::user;
  std::optional<std::chrono::microseconds> ends = {};  ///< of a lease, since 1970
  std::optional<Value> afterwards = {};                ///< of a lease: what will be in force then
  std::string skipped = {};                            ///< why it is not in force, where that was agreed to
};

struct CgroupStatus {
  std::string name;  ///< relative to the delegated root
  std::string path;  ///< absolute
  Values limits;     ///< in force, read from the kernel; a limit whose file is absent is not listed
  Numbers usage;
  Numbers events;  ///< counters, this cgroup and everything beneath it
  bool populated = false;
  bool frozen = false;
  std::map<const Limit*, DesiredLimit> desired;  ///< limits that somebody stated
  DriftPolicy drift = DriftPolicy::repair;
};

}  // namespace cgroupd
