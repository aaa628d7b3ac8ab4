// Who made a cgroup: kept on the cgroup itself, so that it ends with it and outlives the daemon.
#pragma once

#include <cstdint>
#include <optional>

#include "cgroupfs/kernel.h"

namespace cgroupd {

/// None: nobody but root (or, on a user's bus, the user).
std::optional<std::uint32_t> owner_of(Kernel& kernel, const CgroupPath& cgroup);

Result<void> set_owner(Kernel& kernel, const CgroupPath& cgroup, std::uint32_t uid);

}  // namespace cgroupd
