// Notices a memory.high that stops its cgroup instead of slowing it down, and lifts it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "cgroupfs/kernel.h"
#include "core/events.h"
#include "core/signs.h"
#include "core/time.h"
#include "core/transactions.h"

namespace cgroupd {

/// Above memory.high the kernel throttles and never kills. When what is there cannot be reclaimed (anonymous memory, no
/// swap) and no memory.max ends it, the cgroup stands still for ever. Watched by a pressure trigger, so it costs
/// nothing while there is no pressure. Sits between Transactions and whoever hears of events.
class StallWatch final : public ManagerEvents {
 public:
  /// So many seconds of which at least half were a full stall, always above memory.high: then it is lifted.
  static constexpr std::chrono::seconds patience{10};

  StallWatch(Kernel& kernel, Time& time, Signs& signs, ManagerEvents& next);

  /// Watches what is desired now, and from now on what changes.
  void start(Transactions& transactions);

  void created(const CgroupPath& cgroup) override;
  void removed(const CgroupPath& cgroup) override;
  void limits_changed(const CgroupPath& cgroup, const Values& in_force) override;
  void drifted(const Drift& drift) override { next_.drifted(drift); }
  void lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LeaseEnd why) override {
    next_.lease_ended(cgroup, limits, why);
  }
  void stall_lifted(const CgroupPath& cgroup, const Limit& limit, const Value& before) override {
    next_.stall_lifted(cgroup, limit, before);
  }

 private:
  struct Watched {
    std::unique_ptr<Sign> sign;
    std::chrono::microseconds begin{}, last{};
  };
  void look_at(const CgroupPath& cgroup);
  void stalled(const CgroupPath& cgroup);
  void lift(const CgroupPath& cgroup);

  Kernel& kernel_;
  Time& time_;
  Signs& signs_;
  ManagerEvents& next_;
  Transactions* transactions_ = nullptr;  // absent until start(): it is made after us
  std::map<CgroupPath, Watched> watched_;
  std::set<CgroupPath> to_lift_;
  std::unique_ptr<Alarm> alarm_;  // lifting ends the watch, which its own sign must not
};

}  // namespace cgroupd
