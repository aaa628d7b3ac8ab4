// Bus signals about changes, sent a moment after the reply so that a burst of changes costs one signal a cgroup.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/manager.h"
#include "dbus/event_loop.h"
#include "dbus/manager_adaptor.h"

namespace cgroupd {

/// Several changes of one cgroup's limits before the signals go out become one signal with the last values.
class SignalQueue final : public ManagerEvents {
 public:
  explicit SignalQueue(EventLoop& loop) : loop_(loop) {}

  /// Signals go out on this adaptor from now on; before, there is nobody to hear them.
  void connect(ManagerAdaptor& adaptor) { adaptor_ = &adaptor; }

  void created(const CgroupPath& cgroup) override;
  void removed(const CgroupPath& cgroup) override;
  void limits_changed(const CgroupPath& cgroup, const Values& in_force) override;

 private:
  struct News {
    bool created = false;
    bool removed = false;
    Values limits;
  };
  News& about(const CgroupPath& cgroup);
  void send();

  EventLoop& loop_;
  ManagerAdaptor* adaptor_ = nullptr;
  std::map<CgroupPath, News> waiting_;
};

}  // namespace cgroupd
