// Bus error names to the closed list of errors.
#include "client/manager_bus_error.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "dbus/wire.h"

namespace cgroupd::client {
namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

std::string systemctl(const BusChoice& bus) {
  return bus == BusChoice(Bus::system) ? "systemctl" : "systemctl --user";
}

}  // namespace

std::string how_to_start(const BusChoice& bus) {
  if (std::holds_alternative<std::string>(bus)) return "start it there: cgroupd --bus ADDRESS --root DIR";
  return "start it: " + systemctl(bus) + " start cgroupd, or without systemd: cgroupd --root DIR";
}

std::string see_its_status(const BusChoice& bus) {
  return "see: " + systemctl(bus) + " status cgroupd";
}

std::string which_bus(const BusChoice& bus) {
  if (const auto* const address = std::get_if<std::string>(&bus)) return "the bus at " + *address;
  return std::get<Bus>(bus) == Bus::system ? "the system bus" : "the user's bus";
}

Error from_sdbus(const sdbus::Error& error, const BusChoice& bus) {
  const std::string_view name = error.getName();
  constexpr std::string_view standard = "org.freedesktop.DBus.Error.";
  if (!name.starts_with(standard)) {
    if (name.starts_with(wire::error_prefix)) return wire::from_bus_error(error);
    // Whoever activates us on the bus answers in its own words: "Unit cgroupd.service not found."
    if (name.starts_with("org.freedesktop.systemd1.")) {
      std::string why = error.getMessage();
      if (why.ends_with('.')) why.pop_back();
      return {.code = ErrorCode::unreachable,
              .message = "the daemon could not be started: " + why,
              .hint = how_to_start(bus)};
    }
    return wire::from_bus_error(error);
  }
  const auto what = name.substr(standard.size());
  if (what == "ServiceUnknown" || what == "NameHasNoOwner" || what.starts_with("Spawn.")) {
    return {.code = ErrorCode::unreachable, .message = "no cgroupd on " + which_bus(bus), .hint = how_to_start(bus)};
  }
  // The bus daemon's word for an activation that came to nothing.
  if (what == "TimedOut") {
    return {.code = ErrorCode::unreachable,
            .message = "cgroupd could not be started on " + which_bus(bus) + " (" + error.getMessage() + ")",
            .hint = see_its_status(bus)};
  }
  if (is_one_of(what, {"NoReply", "Timeout", "Disconnected"})) {
    return {.code = ErrorCode::unreachable,
            .message = "cgroupd did not answer on " + which_bus(bus) + " (" + error.getMessage() + ")",
            .hint = "whether it did what was asked is not known; " + see_its_status(bus)};
  }
  if (is_one_of(what, {"UnknownMethod", "UnknownInterface", "UnknownObject", "InvalidSignature"})) {
    return {.code = ErrorCode::unsupported,
            .message = "the running cgroupd does not know this request (" + error.getMessage() + ")",
            .hint = "cgctl and cgroupd are of different versions; restart cgroupd"};
  }
  if (what == "AccessDenied" || what == "AuthFailed") {
    return {
        .code = ErrorCode::not_authorized, .message = which_bus(bus) + " refuses: " + error.getMessage(), .hint = {}};
  }
  return {.code = ErrorCode::failed, .message = error.getMessage(), .hint = {}};
}

}  // namespace cgroupd::client
