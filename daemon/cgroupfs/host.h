// What the machine has when no cgroup limits it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/result.h"

namespace cgroupd {

/// Physical memory in bytes.
std::uint64_t host_memory_bytes();

/// Free swap in bytes; 0 when there is no swap.
std::uint64_t host_free_swap_bytes();

/// Whether we are root, and not merely root of a user namespace, who is nobody outside of it (user_namespaces(7)).
bool is_root_of_the_machine();

/// The kernel's name for this boot (/proc/sys/kernel/random/boot_id). Never empty: without it the next boot would be
/// taken for this one.
Result<std::string> boot_id();

/// Whether the kernel that runs is Linux `version` ("5.14") or newer.
bool runs_linux(std::string_view version);

/// CPUs online.
std::uint64_t host_cpus();

}  // namespace cgroupd
