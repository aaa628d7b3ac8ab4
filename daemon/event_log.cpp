// One line each.
#include "event_log.h"

#include <chrono>
#include <string>

#include <spdlog/spdlog.h>

namespace cgroupd {

void EventLog::drifted(const Drift& drift) {
  const bool is_loud = drift.action == DriftAction::fighting || drift.action == DriftAction::failed;
  std::string line = drift.cgroup.str() + " " + std::string(drift.limit->file) + ": found " + drift.found +
                     ", wanted " + drift.wanted + ": " + std::string(drift_action_name(drift.action));
  if (!drift.reason.empty()) line += ": " + drift.reason;
  if (drift.retry_in) {
    line += "; next try in " +
            std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*drift.retry_in).count()) + " s";
  }
  if (!drift.likely_writer.empty()) line += " (writer " + drift.likely_writer + ")";
  spdlog::log(is_loud ? spdlog::level::err : spdlog::level::warn, "{}", line);
  next_.drifted(drift);
}

void EventLog::lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LeaseEnd why) {
  std::string files;
  for (const Limit* const limit : limits) files += (files.empty() ? "" : ", ") + std::string(limit->file);
  spdlog::info("{}: the lease of {} is over{}", cgroup.str(), files,
               why == LeaseEnd::over ? "" : ": something else was stated");
  next_.lease_ended(cgroup, limits, why);
}

void EventLog::stall_lifted(const CgroupPath& cgroup, const Limit& limit, const Value& before) {
  spdlog::error("{}: {} {} had stopped it (full pressure without progress) and was lifted", cgroup.str(), limit.file,
                print_value(before));
  next_.stall_lifted(cgroup, limit, before);
}

}  // namespace cgroupd
