// What cgctl --json prints: a contract with scripts (interface.md).
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "client/event.h"
#include "client/manager.h"
#include "model/cgroup_status.h"
#include "model/history.h"
#include "model/limit_value.h"

namespace cgroupd::client {

/// {"name":…,"path":…,"limits":{…},"usage":{…},"events":{…},"populated":…,"frozen":…,"desired":{"memory.max":{"value":…,
/// "origin":"lease","ends":"2026-…Z","ends_usec":…,"afterwards":…}},"drift":"repair","drifted":["memory.max"]}
std::string json_of(const CgroupStatus& status);
/// An array of the same objects.
std::string json_of(std::span<const CgroupStatus> statuses);
/// {"name":…,"limits":{…}}, and "skipped":{"cpuset.cpus":"controller cpuset …"} when there are any.
std::string json_of_in_force(std::string_view name, const InForce& in_force);
/// {"name":…,"plan":["web memory.max max -> 512M",…]}
std::string json_of_plan(std::string_view name, const std::vector<std::string>& steps);
/// {"plan":[…]}
std::string json_of_steps(const std::vector<std::string>& steps);
/// {"changed":[{"name":…,"limits":{…}},…],"steps":[…]}, and "skipped":[{"name":…,"limits":{"cpuset.cpus":why}},…] when
/// there are any.
std::string json_of_applied(const Applied& applied);
/// {"removed":["web",…]}
std::string json_of_done(std::string_view what, const std::vector<std::string>& names);
/// [{"id":…,"time":"2026-…Z","time_usec":…,"cause":"user","uid":…,"pid":…,"unit":…,"command":…,"undoes":…,"made":[…],
/// "removed":[…],"changes":[{"cgroup":…,"limit":…,"before":…,"after":…}]}]; what is not known is left out.
std::string json_of_history(std::span<const HistoryEntry> entries);
/// {"event":"drifted","cgroup":"web","time":"2026-…Z","file":"memory.max","found":…,"wanted":…,"action":"repaired",…}
std::string json_of_event(const Event& event, std::chrono::microseconds time);

/// {"name":…,"moved":[4711,…]}
std::string json_of_moved(std::string_view name, const std::vector<pid_t>& pids);

}  // namespace cgroupd::client
