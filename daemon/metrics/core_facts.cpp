// Desired state as facts, events as counts.
#include "metrics/core_facts.h"

#include <utility>

namespace cgroupd {

void CoreFacts::desired_changed(const CgroupPath& cgroup, const DesiredCgroup& desired, const Moment& now) {
  publish(cgroup, desired, now, true);
}

void CoreFacts::desired_known(const CgroupPath& cgroup, const DesiredCgroup& desired, const Moment& now) {
  publish(cgroup, desired, now, false);
}

void CoreFacts::publish(const CgroupPath& cgroup, const DesiredCgroup& desired, const Moment& now, bool is_change) {
  CgroupFacts facts{.desired = desired.wanted()};
  if (const auto end = desired.next_end()) facts.lease_end = UnixTime(now.wall + (*end - now.boot));
  if (is_change) facts.last_change = UnixTime(now.wall);
  if (desired.drift) facts.policy = drift_policy_name(*desired.drift);
  const std::lock_guard lock(mutex_);
  is_published_ = false;
  if (desired.empty()) {
    current_.cgroups.erase(cgroup);
  } else {
    current_.cgroups.insert_or_assign(cgroup, std::make_shared<const CgroupFacts>(std::move(facts)));
  }
}

std::shared_ptr<const Facts> CoreFacts::facts() const {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(is_published_, true)) published_ = std::make_shared<const Facts>(current_);
  return published_;
}

void CoreFacts::drifted(const Drift& drift) {
  if (drift.limit != nullptr) {
    const std::string_view controller = drift.limit->controller;
    // A repair that is tried again is the same drift.
    if (drift.action != DriftAction::failed) instruments_.drift_detected(controller);
    if (drift.action == DriftAction::repaired) instruments_.drift_repaired(controller, true);
    if (drift.action == DriftAction::failed) instruments_.drift_repaired(controller, false);
  }
  next_.drifted(drift);
}

void CoreFacts::lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LeaseEnd why) {
  if (why == LeaseEnd::over) instruments_.policy_acted("lease_end");
  next_.lease_ended(cgroup, limits, why);
}

void CoreFacts::stall_lifted(const CgroupPath& cgroup, const Limit& limit, const Value& before) {
  instruments_.policy_acted("stall_lifted");
  next_.stall_lifted(cgroup, limit, before);
}

void CoreFacts::pressure_triggered(const CgroupPath& cgroup, std::string_view resource) {
  instruments_.pressure_triggered(resource);
  next_.pressure_triggered(cgroup, resource);
}

}  // namespace cgroupd
