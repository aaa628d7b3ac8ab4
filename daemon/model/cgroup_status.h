// What can be said about one cgroup at one moment.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "model/limit_value.h"

namespace cgroupd {

/// Numbers by name: a single-value interface file ("memory.current", bytes) or, for keyed files, the controller and the
/// key: usage "cpu.usage_usec" (cpu.stat), events "memory.oom_kill" (memory.events), "pids.max" (pids.events).
using Numbers = std::map<std::string, std::uint64_t>;

struct CgroupStatus {
  std::string name;  ///< relative to the delegated root
  std::string path;  ///< absolute
  Values limits;     ///< in force, read from the kernel; a limit whose file is absent is not listed
  Numbers usage;
  Numbers events;  ///< counters, this cgroup and everything beneath it
  bool populated = false;
  bool frozen = false;
};

}  // namespace cgroupd
