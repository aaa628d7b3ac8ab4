// Where cgroup2 is mounted, and where this process stands in it.
#pragma once

#include <cstdint>
#include <string>

#include "model/result.h"

namespace cgroupd {

/// Absolute path of the cgroup of `pid` ("self" when empty) under a cgroup2 mount: what /proc/PID/cgroup says, joined
/// to the mount point found in /proc/self/mountinfo. unsupported when no cgroup2 hierarchy is mounted.
Result<std::string> cgroup_of_process(const std::string& pid = "self");

/// A hierarchy path as the service manager says it ("/user.slice/…") as an absolute one.
Result<std::string> absolute_cgroup_path(const std::string& hierarchy_path);

/// The cgroup of the service manager of user `uid` that holds `hierarchy_path`
/// ("/user.slice/user-1000.slice/user@1000.service"); empty when none does.
std::string user_manager_above(const std::string& hierarchy_path, std::uint32_t uid);

/// How many cgroups lie between `directory` and the mounted root; not_found when it is under no cgroup2 mount.
Result<unsigned> levels_above_root(const std::string& directory);

/// Whether we may make children in `directory` and move processes there.
Result<void> check_delegated(const std::string& directory);

}  // namespace cgroupd
