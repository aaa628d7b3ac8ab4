// Collecting and sending.
#include "dbus/signal_queue.h"

#include <utility>

namespace cgroupd {

void SignalQueue::created(const CgroupPath& cgroup) {
  about(cgroup).created = true;
}

void SignalQueue::removed(const CgroupPath& cgroup) {
  News& news = about(cgroup);
  news = News{.created = news.created, .removed = true, .limits = {}};
}

void SignalQueue::limits_changed(const CgroupPath& cgroup, const Values& in_force) {
  News& news = about(cgroup);
  for (const auto& [limit, value] : in_force) news.limits.insert_or_assign(limit, value);
}

SignalQueue::News& SignalQueue::about(const CgroupPath& cgroup) {
  if (waiting_.empty()) loop_.soon([this] { send(); });
  return waiting_[cgroup];
}

void SignalQueue::send() {
  const auto waiting = std::exchange(waiting_, {});
  if (adaptor_ == nullptr) return;
  try {
    for (const auto& [cgroup, news] : waiting) {
      // Made and removed, or removed and made again, before anybody could be told: in this order both are true.
      if (news.created) adaptor_->emitCreated(cgroup.str());
      if (!news.limits.empty()) adaptor_->emitLimitsChanged(cgroup.str(), wire::encode_values(news.limits));
      if (news.removed) adaptor_->emitRemoved(cgroup.str());
    }
  } catch (const sdbus::Error&) {
    // The bus is gone; the loop ends for that reason.
    return;
  }
}

}  // namespace cgroupd
