// Connecting, and owning the name.
#include "dbus/bus.h"

#include <sdbus-c++/sdbus-c++.h>

#include "dbus/wire.h"

namespace cgroupd {

Result<Bus> Bus::open(const std::optional<std::string>& address) {
  try {
    return Bus(address ? sdbus::createSessionBusConnectionWithAddress(*address) : sdbus::createSessionBusConnection(),
               "systemctl --user status cgroupd");
  } catch (const sdbus::Error& error) {
    return fail(ErrorCode::unreachable,
                "cannot connect to " + (address ? "the bus " + *address : std::string("the session bus")) + ": " +
                    error.getMessage(),
                "is $XDG_RUNTIME_DIR/bus there? log in properly (not by su), have root run: loginctl enable-linger "
                "USER, or say --bus ADDRESS");
  }
}

Result<Bus> Bus::open_system() {
  try {
    return Bus(sdbus::createSystemBusConnection(), "systemctl status cgroupd");
  } catch (const sdbus::Error& error) {
    return fail(ErrorCode::unreachable, "cannot connect to the system bus: " + error.getMessage(),
                "is dbus running? or say --bus ADDRESS");
  }
}

Result<void> Bus::own_name() {
  try {
    connection_->requestName(wire::service_name);
    return {};
  } catch (const sdbus::Error& error) {
    return fail(ErrorCode::already_exists,
                std::string("cannot own the bus name ") + wire::service_name + ": " + error.getMessage(),
                "is another cgroupd running, and does the bus policy let us own it? see: " + see_);
  }
}

}  // namespace cgroupd
