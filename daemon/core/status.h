// Reading what can be said about cgroups.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cgroupfs/kernel.h"
#include "model/cgroup_status.h"

namespace cgroupd {

/// Everything about one cgroup, read now. not_found when it is gone.
Result<CgroupStatus> read_status(Kernel& kernel, const CgroupPath& cgroup);

/// The least of `limit` over the ancestors of `cgroup` up to the top of the hierarchy, in bytes, count, or thousandths
/// of a core; what the machine has when nothing limits it (memory, CPUs), else Unlimited.
/// `decided` may name what a cgroup's limit is about to become (nullptr: what is in force counts).
using Decided = std::function<const Value*(const CgroupPath& cgroup, const Limit& limit)>;
Amount effective_limit_above(Kernel& kernel, const CgroupPath& cgroup, const Limit& limit, const Decided& decided);

/// Numbers of all `cgroups`, one vector each in the order of `fields`. A field is an interface file or FILE:KEY; what
/// cannot be read, and "max", is the largest number. invalid_argument for a field that cannot be one.
using Snapshot = std::vector<std::pair<CgroupPath, std::vector<std::uint64_t>>>;
Result<Snapshot> read_snapshot(Kernel& kernel, const std::vector<CgroupPath>& cgroups,
                               const std::vector<std::string>& fields);

/// What read_snapshot() is asked for when the caller names no field.
std::vector<std::string> default_snapshot_fields();

}  // namespace cgroupd
