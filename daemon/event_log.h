// What nobody asked for goes to the journal, too: drift, the end of leases, lifted limits.
#pragma once

#include "core/events.h"

namespace cgroupd {

/// Writes it down and hands it on.
class EventLog final : public ManagerEvents {
 public:
  explicit EventLog(ManagerEvents& next) : next_(next) {}

  void created(const CgroupPath& cgroup) override { next_.created(cgroup); }
  void removed(const CgroupPath& cgroup) override { next_.removed(cgroup); }
  void limits_changed(const CgroupPath& cgroup, const Values& in_force) override {
    next_.limits_changed(cgroup, in_force);
  }
  void drifted(const Drift& drift) override;
  void lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LeaseEnd why) override;
  void stall_lifted(const CgroupPath& cgroup, const Limit& limit, const Value& before) override;

 private:
  ManagerEvents& next_;
};

}  // namespace cgroupd
