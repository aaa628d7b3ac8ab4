// What create, set and unset answer, and what verbs that take several names do with each.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "client/verb.h"
#include "model/cgroup_path.h"
#include "model/limit_value.h"
#include "model/result.h"

namespace cgroupd::client {

/// Says what is in force now, or `otherwise` when no limit was named.
void report_change(Session& session, const CgroupPath& name, const InForce& in_force, std::string_view otherwise);

/// Says what was skipped and why, on standard error, a line a limit; also with --quiet: nothing is left out in silence.
void report_skipped(Session& session, const std::string& name, const std::map<const Limit*, std::string>& skipped);

/// Says what is in force now, a line a limit; or, when it was only planned, what would be done; or that there is
/// nothing to do.
void report_applied(Session& session, const Applied& applied, bool only_planned);

/// Does it for every name, says so with `done` ("frozen"), and goes on after a failure; the first failure decides the
/// exit status. Nothing more is tried when the daemon does not answer.
Result<int> for_each_name(Session& session, std::span<const CgroupPath> names, std::string_view done,
                          const std::function<Result<void>(const CgroupPath&)>& act);

}  // namespace cgroupd::client
