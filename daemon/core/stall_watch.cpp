// One trigger a cgroup that has a memory.high alone.
#include "core/stall_watch.h"

#include <memory>
#include <utility>

#include "cgroupfs/formats.h"
#include "cgroupfs/limit_file.h"

namespace cgroupd {
namespace {

// Users without privilege get windows of 2 s only (psi.rst).
constexpr std::string_view half_of_two_seconds = "full 1000000 2000000";
constexpr std::chrono::microseconds longest_break = std::chrono::seconds(5);

bool is_unlimited(const Result<Value>& value) {
  return !value || std::get<Amount>(*value) == Amount(Unlimited{});
}

}  // namespace

StallWatch::StallWatch(Kernel& kernel, Time& time, Signs& signs, ManagerEvents& next)
    : kernel_(kernel), time_(time), signs_(signs), next_(next), alarm_(time.alarm([this] {
        for (const auto& cgroup : std::exchange(to_lift_, {})) lift(cgroup);
      })) {}

void StallWatch::start(Transactions& transactions) {
  transactions_ = &transactions;
  for (const auto& [cgroup, desired] : transactions.desired()) look_at(cgroup);
}

void StallWatch::created(const CgroupPath& cgroup) {
  next_.created(cgroup);
}

void StallWatch::removed(const CgroupPath& cgroup) {
  watched_.erase(cgroup);
  next_.removed(cgroup);
}

void StallWatch::limits_changed(const CgroupPath& cgroup, const Values& in_force) {
  if (in_force.contains(limit_of_role(Role::soft_max)) || in_force.contains(limit_of_role(Role::hard_max)))
    look_at(cgroup);
  next_.limits_changed(cgroup, in_force);
}

void StallWatch::look_at(const CgroupPath& cgroup) {
  if (transactions_ == nullptr) return;
  const Limit* const high = limit_of_role(Role::soft_max);
  const bool is_risky = transactions_->desired_of(cgroup).standing(*high) != nullptr &&
                        !is_unlimited(read_limit(kernel_, cgroup, *high)) &&
                        is_unlimited(read_limit(kernel_, cgroup, *limit_of_role(Role::hard_max)));
  if (!is_risky) {
    watched_.erase(cgroup);
    return;
  }
  // Anew each time: a trigger dies with its cgroup, and this may be another one of the same name.
  auto trigger = kernel_.open_trigger(cgroup, "memory.pressure", half_of_two_seconds);
  if (!trigger) return;  // no PSI on this kernel, or cgroup.pressure is off
  watched_[cgroup] = {};
  watched_[cgroup].sign = signs_.on_sign(*std::move(trigger), [this, cgroup] { stalled(cgroup); });
}

void StallWatch::stalled(const CgroupPath& cgroup) {
  next_.pressure_triggered(cgroup, "memory");
  Watched& watched = watched_[cgroup];
  const auto now = time_.now().boot;
  const auto current = kernel_.read(cgroup, "memory.current");
  const auto high = read_limit(kernel_, cgroup, *limit_of_role(Role::soft_max));
  const auto* const most = high ? std::get_if<std::uint64_t>(&std::get<Amount>(*high)) : nullptr;
  // Reclaim that gets somewhere brings use down to the limit again and again.
  const bool is_stuck = most != nullptr && current && single_number(*current).value_or(0) > *most;
  if (!is_stuck || now - watched.last > longest_break) watched.begin = now;
  watched.last = now;
  if (!is_stuck || now - watched.begin < patience) return;
  watched.begin = now;
  to_lift_.insert(cgroup);
  alarm_->ring_at(now);
}

void StallWatch::lift(const CgroupPath& cgroup) {
  const Limit* const high = limit_of_role(Role::soft_max);
  auto before = std::make_shared<Value>(unset_value(*high));
  transactions_->run(
      {cgroup},
      [this, cgroup, high, before]() -> Result<Work> {
        const auto in_force = read_limit(kernel_, cgroup, *high);
        if (!in_force) return fail(in_force.error());
        *before = *in_force;
        Part part{
            .cgroup = cgroup, .wanted = {{high, unset_value(*high)}}, .desired = transactions_->desired_of(cgroup)};
        part.desired->unset(*high);
        return Work{.parts = {std::move(part)}, .cause = Cause::stall};
      },
      [this, cgroup, high, before](const Result<Outcome>& done) {
        if (done) next_.stall_lifted(cgroup, *high, *before);
      });
}

}  // namespace cgroupd
