// Collecting and sending.
#include "dbus/signal_queue.h"

#include <algorithm>
#include <utility>

namespace cgroupd {

void SignalQueue::created(const CgroupPath& cgroup) {
  News& news = about(cgroup);
  // One that nobody was told of is not told to be gone either.
  news = News{.removed_before = news.removed_before || (news.removed && !news.created), .created = true, .limits = {}};
}

void SignalQueue::removed(const CgroupPath& cgroup) {
  News& news = about(cgroup);
  news.removed = true;
  news.limits.clear();
}

void SignalQueue::limits_changed(const CgroupPath& cgroup, const Values& in_force) {
  News& news = about(cgroup);
  for (const auto& [limit, value] : in_force) news.limits.insert_or_assign(limit, value);
}

void SignalQueue::drifted(const Drift& drift) {
  wire::Dictionary details = {{"found", sdbus::Variant(drift.found)},
                              {"wanted", sdbus::Variant(drift.wanted)},
                              {"action", sdbus::Variant(std::string(drift_action_name(drift.action)))},
                              {"likely_writer", sdbus::Variant(drift.likely_writer)}};
  if (!drift.reason.empty()) details.emplace("reason", sdbus::Variant(drift.reason));
  if (drift.retry_in)
    details.emplace("retry_usec", sdbus::Variant(static_cast<std::uint64_t>(drift.retry_in->count())));
  later([name = drift.cgroup.str(), file = std::string(drift.limit->file), details](ManagerAdaptor& adaptor) {
    adaptor.emitDrifted(name, file, details);
  });
}

void SignalQueue::lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LeaseEnd why) {
  std::vector<std::string> files;
  for (const Limit* const limit : limits) files.emplace_back(limit->file);
  later([name = cgroup.str(), files, reason = std::string(why == LeaseEnd::over ? "over" : "replaced")](
            ManagerAdaptor& adaptor) { adaptor.emitLeaseEnded(name, files, reason); });
}

void SignalQueue::stall_lifted(const CgroupPath& cgroup, const Limit& limit, const Value& before) {
  const wire::Dictionary details = {{"action", sdbus::Variant("lifted")},
                                    {"before", sdbus::Variant(print_value(before))}};
  later([name = cgroup.str(), file = std::string(limit.file), details](ManagerAdaptor& adaptor) {
    adaptor.emitPressure(name, file, details);
  });
}

void SignalQueue::later(Signal signal) {
  set_alarm();
  if (single_.size() < most_waiting) single_.push_back(std::move(signal));
}

SignalQueue::News& SignalQueue::about(const CgroupPath& cgroup) {
  set_alarm();
  return waiting_[cgroup];
}

void SignalQueue::set_alarm() {
  if (!waiting_.empty() || !single_.empty()) return;
  using std::chrono::milliseconds;
  constexpr milliseconds least(10);
  constexpr milliseconds most(160);
  const auto now = time_.now().boot;
  pause_ = now - sent_ < least ? std::clamp<std::chrono::microseconds>(pause_ * 2, least, most) : least;
  alarm_->ring_at(now + pause_);
}

void SignalQueue::send() {
  sent_ = time_.now().boot;
  const auto waiting = std::exchange(waiting_, {});
  const auto single = std::exchange(single_, {});
  if (adaptor_ == nullptr) return;
  try {
    for (const auto& [cgroup, news] : waiting) {
      if (news.removed_before) adaptor_->emitRemoved(cgroup.str());
      if (news.created) adaptor_->emitCreated(cgroup.str());
      if (!news.limits.empty()) adaptor_->emitLimitsChanged(cgroup.str(), wire::encode_values(news.limits));
      if (news.removed) adaptor_->emitRemoved(cgroup.str());
    }
    for (const auto& signal : single) signal(*adaptor_);
  } catch (const sdbus::Error&) {
    // The bus is gone; the loop ends for that reason.
    return;
  }
}

}  // namespace cgroupd
