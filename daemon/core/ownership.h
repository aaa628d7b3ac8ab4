// Who made a cgroup: kept on the cgroup itself, so that it ends with it and outlives the daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <sys/types.h>

#include "cgroupfs/kernel.h"

namespace cgroupd {

/// None: nobody but root (or, on a user's bus, the user).
std::optional<std::uint32_t> owner_of(Kernel& kernel, const CgroupPath& cgroup);

/// Where processes are that somebody wants to move.
enum class Standing {
  own,        ///< all of them in cgroups of whoever asks
  managed,    ///< all of them in cgroups beneath the delegated root
  elsewhere,  ///< some of them anywhere else on the machine
};
/// Processes in the supervisor leaf, and more than a few thousand at once, count as elsewhere.
Standing standing_of(Kernel& kernel, std::uint32_t uid, std::vector<pid_t> pids);

Result<void> set_owner(Kernel& kernel, const CgroupPath& cgroup, std::uint32_t uid);

}  // namespace cgroupd
