// Connecting, and owning the name.
#include "dbus/bus.h"

#include <sdbus-c++/sdbus-c++.h>

#include "dbus/wire.h"

namespace cgroupd {

namespace {

Result<void> name_refused(const std::string& why, const std::string& see) {
  return fail(ErrorCode::already_exists, std::string("cannot own the bus name ") + wire::service_name + ": " + why,
              "is another cgroupd running, and does the bus policy let us own it? see: " + see);
}

}  // namespace

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

Result<void> Bus::check_name() {
  const std::string method = "NameHasOwner";
  bool is_owned = false;
  try {
    const auto proxy = sdbus::createProxy(*connection_, "org.freedesktop.DBus", "/org/freedesktop/DBus");
    proxy->callMethod(method)
        .onInterface("org.freedesktop.DBus")
        .withArguments(wire::service_name)
        .storeResultsTo(is_owned);
  } catch (const sdbus::Error& error) {
    return name_refused(error.getMessage(), see_);
  }
  return is_owned ? name_refused("it has an owner", see_) : Result<void>();
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
    return name_refused(error.getMessage(), see_);
  }
}

}  // namespace cgroupd
