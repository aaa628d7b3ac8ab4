// What the core does, for the metrics: published beside the kernel's numbers, and counted.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "core/events.h"
#include "core/instruments.h"
#include "core/published_facts.h"
#include "model/desired.h"
#include "model/moment.h"

namespace cgroupd {

/// Hears every event, counts it and hands it on. All but facts() belongs to the thread of the events; the lock is held
/// for one cgroup's change, or for copying pointers.
class CoreFacts final : public ManagerEvents, public PublishedFacts {
 public:
  /// `next` and `instruments` must outlive it.
  CoreFacts(ManagerEvents& next, Instruments& instruments) : next_(next), instruments_(instruments) {}

  /// What is desired of a cgroup from now on; an empty one is no longer managed. `now`: to tell when leases end.
  void desired_changed(const CgroupPath& cgroup, const DesiredCgroup& desired, const Moment& now);

  /// The same for what was there before: not a change.
  void desired_known(const CgroupPath& cgroup, const DesiredCgroup& desired, const Moment& now);

  std::shared_ptr<const Facts> facts() const override;

  void created(const CgroupPath& cgroup) override { next_.created(cgroup); }
  void removed(const CgroupPath& cgroup) override { next_.removed(cgroup); }
  void limits_changed(const CgroupPath& cgroup, const Values& in_force) override {
    next_.limits_changed(cgroup, in_force);
  }
  void drifted(const Drift& drift) override;
  void lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LeaseEnd why) override;
  void stall_lifted(const CgroupPath& cgroup, const Limit& limit, const Value& before) override;
  void pressure_triggered(const CgroupPath& cgroup, std::string_view resource) override;

 private:
  void publish(const CgroupPath& cgroup, const DesiredCgroup& desired, const Moment& now, bool is_change);

  ManagerEvents& next_;
  Instruments& instruments_;
  mutable std::mutex mutex_;
  Facts current_;
  mutable std::shared_ptr<const Facts> published_ = std::make_shared<const Facts>();
  mutable bool is_published_ = true;
};

}  // namespace cgroupd
