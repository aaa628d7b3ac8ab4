// The alarm and what it does.
#include "core/leases.h"

#include <memory>
#include <utility>

#include "core/diagnosis.h"

namespace cgroupd {

Leases::Leases(Kernel& kernel, Transactions& transactions, Time& time, ManagerEvents& events,
               std::function<void(const CgroupPath&)> left_over)
    : kernel_(kernel),
      transactions_(transactions),
      time_(time),
      events_(events),
      left_over_(std::move(left_over)),
      alarm_(time.alarm([this] { ring(); })) {}

void Leases::rearm() {
  std::optional<std::chrono::microseconds> next;
  const auto consider = [&next](std::optional<std::chrono::microseconds> when) {
    if (when && (!next || *when < *next)) next = when;
  };
  for (const auto& [cgroup, desired] : transactions_.desired()) {
    if (!ending_.contains(cgroup)) consider(desired.next_end());
  }
  for (const auto& [cgroup, again] : ending_) consider(again);
  if (next) {
    alarm_->ring_at(*next);
  } else {
    alarm_->off();
  }
}

void Leases::ring() {
  const auto now = time_.now().boot;
  std::erase_if(ending_, [now](const auto& one) { return one.second && *one.second <= now; });
  std::vector<CgroupPath> over;
  for (const auto& [cgroup, desired] : transactions_.desired()) {
    const auto end = desired.next_end();
    if (end && *end <= now && !ending_.contains(cgroup)) over.push_back(cgroup);
  }
  for (const auto& cgroup : over) ending_.emplace(cgroup, std::nullopt);
  for (const auto& cgroup : over) end(cgroup, true);
  rearm();
}

void Leases::end(const CgroupPath& cgroup, bool in_the_kernel) {
  auto limits = std::make_shared<std::vector<const Limit*>>();
  transactions_.run(
      {cgroup},
      [this, cgroup, in_the_kernel, limits]() -> Result<Work> {
        Part part{.cgroup = cgroup, .desired = transactions_.desired_of(cgroup)};
        const Values values = part.desired->end_leases(time_.now().boot);
        for (const auto& [limit, value] : values) limits->push_back(limit);
        if (in_the_kernel && exists(kernel_, cgroup)) {
          part.wanted = values;
          // A lease that was skipped has left nothing to take back.
          const DesiredCgroup before = transactions_.desired_of(cgroup);
          std::erase_if(part.wanted, [&](const auto& entry) {
            return before.skips(*entry.first) && why_missing(kernel_, *entry.first);
          });
        }
        return Work{.parts = {std::move(part)}, .cause = Cause::lease};
      },
      [this, cgroup, in_the_kernel, limits](const Result<Outcome>& done) {
        if (done) {
          ending_.erase(cgroup);
          rearm();
          if (!limits->empty()) events_.lease_ended(cgroup, *limits, LeaseEnd::over);
          if (!in_the_kernel) left_over_(cgroup);
          return;
        }
        // The lease is over all the same; what it gave way to is desired now, and drift until it is in force.
        if (in_the_kernel) return end(cgroup, false);
        constexpr std::chrono::microseconds again = std::chrono::seconds(10);
        ending_[cgroup] = time_.now().boot + again;
        rearm();
      });
}

}  // namespace cgroupd
