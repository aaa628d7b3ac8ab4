// What the machine has when no cgroup limits it.
#pragma once

#include <cstdint>

namespace cgroupd {

/// Physical memory in bytes.
std::uint64_t host_memory_bytes();

/// CPUs online.
std::uint64_t host_cpus();

}  // namespace cgroupd
