// Connecting, and owning the name.
#include "dbus/bus.h"

#include <sdbus-c++/sdbus-c++.h>

#include "dbus/wire.h"

namespace cgroupd {

namespace {

Result<void> name_refused(const std::string& why) {
  return fail(ErrorCode::already_exists, std::string("cannot own the bus name ") + wire::service_name + ": " + why,
              "is another cgroupd running? see: systemctl --user status cgroupd");
}

}  // namespace

Result<Bus> Bus::open(const std::optional<std::string>& address) {
  try {
    return Bus(address ? sdbus::createSessionBusConnectionWithAddress(*address) : sdbus::createSessionBusConnection());
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
    return name_refused(error.getMessage());
  }
  return is_owned ? name_refused("it has an owner") : Result<void>();
}

Result<void> Bus::own_name() {
  try {
    connection_->requestName(wire::service_name);
    return {};
  } catch (const sdbus::Error& error) {
    return name_refused(error.getMessage());
  }
}

}  // namespace cgroupd
