// Bus signals about changes, sent a moment after the reply so that a burst of changes costs one signal a cgroup.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/events.h"
#include "core/time.h"
#include "dbus/manager_adaptor.h"

namespace cgroupd {

/// Several changes of one cgroup's limits before the signals go out become one signal with the last values. They go out
/// 10 ms after the first change; while changes keep coming, after longer and longer pauses, up to 160 ms.
class SignalQueue final : public ManagerEvents {
 public:
  explicit SignalQueue(Time& time) : time_(time), alarm_(time.alarm([this] { send(); })) {}

  /// Signals go out on this adaptor from now on; before, there is nobody to hear them.
  void connect(ManagerAdaptor& adaptor) { adaptor_ = &adaptor; }

  void created(const CgroupPath& cgroup) override;
  void removed(const CgroupPath& cgroup) override;
  void limits_changed(const CgroupPath& cgroup, const Values& in_force) override;
  void drifted(const Drift& drift) override;
  void lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LeaseEnd why) override;
  void stall_lifted(const CgroupPath& cgroup, const Limit& limit, const Value& before) override;

 private:
  /// One signal, to be sent in its turn; at most this many wait.
  static constexpr std::size_t most_waiting = 10'000;
  using Signal = std::function<void(ManagerAdaptor&)>;
  void later(Signal signal);
  struct News {
    bool removed_before = false;  ///< before it was created; what is below is of the new one
    bool created = false;
    bool removed = false;
    Values limits;
  };
  News& about(const CgroupPath& cgroup);
  void set_alarm();
  void send();

  Time& time_;
  std::unique_ptr<Alarm> alarm_;
  std::chrono::microseconds pause_{}, sent_{};  // the last of each; CLOCK_BOOTTIME
  ManagerAdaptor* adaptor_ = nullptr;
  std::map<CgroupPath, News> waiting_;
  std::vector<Signal> single_;
};

}  // namespace cgroupd
