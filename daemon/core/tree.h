// The managed tree as a whole: walking it, handing controllers down, making and removing branches.
#pragma once

#include <chrono>
#include <vector>

#include "cgroupfs/kernel.h"

namespace cgroupd {

/// The leaf beneath the delegated root where the tree unit's own process waits; no managed cgroup.
inline constexpr const char* supervisor_name = "supervisor";

/// invalid_argument for the supervisor's leaf and what would be beneath it.
Result<void> refuse_reserved(const CgroupPath& cgroup);

/// More cgroups than this in one tree are not walked.
inline constexpr std::size_t most_walked = 100'000;

/// Every cgroup beneath the root but the supervisor's, parents before children, siblings by name; at most `most`.
/// Names that CgroupPath refuses (made by others) are left out.
std::vector<CgroupPath> walk(Kernel& kernel, std::size_t most);

/// The same, beneath `top`, without it.
std::vector<CgroupPath> walk_beneath(Kernel& kernel, const CgroupPath& top, std::size_t most);

/// Makes `parent` hand every controller it has to its children. busy when it holds processes: the message names them
/// (a populated cgroup would become "domain threaded" by +cpu and +pids, for good, so it is not even tried).
Result<void> hand_down_controllers(Kernel& kernel, const CgroupPath& parent);
/// The same at every level above `cgroup`, top first: what is switched off high up is missing all the way down.
Result<void> hand_down_to(Kernel& kernel, const CgroupPath& cgroup);

/// Makes `cgroup` and what is missing above it, each parent handing its controllers down. Answers what was made, top
/// first, so that a failure later on can take it back. already_exists when it is there.
Result<std::vector<CgroupPath>> make_branch(Kernel& kernel, const CgroupPath& cgroup);

/// Removes in reverse what make_branch() made; failures are left alone.
void unmake(Kernel& kernel, const std::vector<CgroupPath>& made);

/// Kills everything in `cgroup` and below, waits until nothing is left, and removes all of it. Blocks; for the worker.
Result<void> kill_and_remove(Kernel& kernel, const CgroupPath& cgroup, std::chrono::milliseconds within);

}  // namespace cgroupd
