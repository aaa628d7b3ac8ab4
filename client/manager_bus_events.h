// The generated proxy with its signals made into events, and waiting for them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/ProxyInterfaces.h>

#include "client/descriptor.h"
#include "client/event.h"
#include "client/manager_bus.h"
#include "dbus/manager_proxy.h"
#include "dbus/wire.h"
#include "model/result.h"

namespace cgroupd::client {

/// The daemon as the bus shows it. Its signals are subscribed to by listen() only: most verbs ask and leave.
class Proxy final : public org::cgroupd1::Manager_proxy {
 public:
  explicit Proxy(sdbus::IProxy& proxy) : Manager_proxy(proxy), subscription_(proxy) {}

  /// From now on every signal goes to `on_event`. Once.
  void listen(const std::function<void(const Event&)>& on_event);

 private:
  void onCreated(const std::string& name) override;
  void onRemoved(const std::string& name) override;
  void onLimitsChanged(const std::string& name, const wire::Dictionary& in_force) override;
  void onDrifted(const std::string& name, const std::string& file, const wire::Dictionary& details) override;
  void onLeaseEnded(const std::string& name, const std::vector<std::string>& limits,
                    const std::string& reason) override;
  void onPressure(const std::string& name, const std::string& file, const wire::Dictionary& details) override;
  void tell(const Event& event);

  sdbus::IProxy& subscription_;
  std::function<void(const Event&)> on_event_;
};

/// Lets the bus work until `interrupt` is readable. unreachable when the bus goes away; `which` is for the message.
Result<void> work_until(sdbus::IConnection& bus, const Descriptor& interrupt, const BusChoice& which);

}  // namespace cgroupd::client
