// One cgroup, a list and a tree, as people read them.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/output.h"
#include "model/cgroup_status.h"
#include "model/limit_change.h"

namespace cgroupd::client {

/// Name, path, state, limits with use, headroom and who asked for them, counters that are not zero. `now` (since 1970)
/// is for what is left of leases.
std::string show_view(const CgroupStatus& status, const OutputStyle& style, std::chrono::microseconds now);

/// One line a cgroup.
std::string list_view(std::span<const CgroupStatus> statuses, const OutputStyle& style);

/// The hierarchy, with what each cgroup uses of its main limits.
std::string tree_view(std::span<const CgroupStatus> statuses, const OutputStyle& style);

/// What people see instead of an empty list.
std::string_view empty_view();

/// "web: memory.max 48M", one line a limit; a value that is not what was asked for says so.
std::vector<std::string> in_force_lines(std::string_view name, const Values& in_force, const Changes& asked);

}  // namespace cgroupd::client
