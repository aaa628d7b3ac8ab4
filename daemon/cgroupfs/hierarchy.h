// Where cgroup2 is mounted, and where this process stands in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/result.h"

namespace cgroupd {

/// The least memory.high or memory.max from this process's cgroup upwards, in bytes, as far as they can be read; none:
/// there is no bound.
std::optional<std::uint64_t> own_memory_bound();

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

/// The nearest cgroup above (or at) both of two absolute paths: what moving a process from one to the other needs.
std::string nearest_common_ancestor(const std::string& one, const std::string& other);

/// Whether a path that cgroup_of_process() answered lies outside the cgroup namespace we are in
/// ("/sys/fs/cgroup/../x").
bool is_outside_namespace(const std::string& path);

/// The uid a file belongs to; none when it cannot be seen.
std::optional<std::uint32_t> uid_of_file(const std::string& path);

/// Whether we may make children in `directory` and move processes there.
Result<void> check_delegated(const std::string& directory);

}  // namespace cgroupd
