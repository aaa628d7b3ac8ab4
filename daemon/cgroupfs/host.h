// What the machine has when no cgroup limits it.
#pragma once

#include <cstdint>
#include <string>

namespace cgroupd {

/// Physical memory in bytes.
std::uint64_t host_memory_bytes();

/// Free swap in bytes; 0 when there is no swap.
std::uint64_t host_free_swap_bytes();

/// Whether we are root, and not merely root of a user namespace, who is nobody outside of it (user_namespaces(7)).
bool is_root_of_the_machine();

/// The kernel's name for this boot (/proc/sys/kernel/random/boot_id); empty when it cannot be read.
std::string boot_id();

/// CPUs online.
std::uint64_t host_cpus();

}  // namespace cgroupd
