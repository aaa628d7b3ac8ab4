// The only place that calls org.freedesktop.systemd1: the tree unit, and moving processes where we may not.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "model/result.h"

namespace sdbus {
class IConnection;
class IProxy;
}  // namespace sdbus

namespace cgroupd {

/// The systemd instance on our bus. A host without systemd has none: then there is no object of this class.
class ServiceManager {
 public:
  using Done = std::function<void(Result<void>)>;

  /// Uses `connection` for its calls; it must outlive this object.
  explicit ServiceManager(sdbus::IConnection& connection);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;
  ServiceManager(ServiceManager&&) = delete;
  ServiceManager& operator=(ServiceManager&&) = delete;

  /// The hierarchy path of a running unit's cgroup ("/user.slice/…"). Blocks; for start-up only. not_found when the
  /// unit does not run, unreachable when there is no service manager.
  Result<std::string> control_group(const std::string& unit);

  /// Moves processes into `path` ("/web") beneath a delegated unit: AttachProcessesToUnit, which a user manager hands
  /// on to PID 1 when it may not do it itself (systemd 252, unit_attach_pids_to_cgroup()). Does not block; `done` runs
  /// in the bus's event loop.
  void attach(const std::string& unit, const std::string& path, const std::vector<pid_t>& pids, const Done& done);

 private:
  std::unique_ptr<sdbus::IProxy> manager_;
  sdbus::IConnection& connection_;
};

}  // namespace cgroupd
