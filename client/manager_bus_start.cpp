// NameHasOwner, StartUnit and the end of its job.
#include "client/manager_bus_start.h"

#include <chrono>
#include <string>
#include <thread>

#include <sdbus-c++/sdbus-c++.h>

#include "client/manager_bus_error.h"
#include "dbus/wire.h"

namespace cgroupd::client {
namespace {

constexpr const char* service_manager_name = "org.freedesktop.systemd1";
constexpr const char* unit_interface = "org.freedesktop.systemd1.Unit";
constexpr const char* unit_name = "cgroupd.service";

bool is_running(sdbus::IConnection& bus) {
  const auto itself = sdbus::createProxy(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus");
  bool has_owner = false;
  itself->callMethod("NameHasOwner")
      .onInterface("org.freedesktop.DBus")
      .withArguments(std::string(wire::service_name))
      .storeResultsTo(has_owner);
  return has_owner;
}

constexpr auto pause = std::chrono::milliseconds(20);

// False when it is as late as that.
bool wait_before(std::chrono::steady_clock::time_point until) {
  std::this_thread::sleep_for(pause);
  return std::chrono::steady_clock::now() < until;
}

// A job is an object for as long as it is not done; systemd bounds it by the unit's TimeoutStartSec.
void wait_for_end_of(sdbus::IConnection& bus, const sdbus::ObjectPath& job) {
  const auto proxy = sdbus::createProxy(bus, service_manager_name, job);
  try {
    while (true) {
      static_cast<void>(proxy->getProperty("State").onInterface("org.freedesktop.systemd1.Job"));
      std::this_thread::sleep_for(pause);
    }
  } catch (const sdbus::Error&) {
    return;
  }
}

}  // namespace

Result<void> start_if_absent(sdbus::IConnection& bus, const BusChoice& which) {
  std::string state;
  std::string status;
  try {
    if (is_running(bus)) return {};
    const auto systemd = sdbus::createProxy(bus, service_manager_name, "/org/freedesktop/systemd1");
    constexpr const char* interface = "org.freedesktop.systemd1.Manager";
    sdbus::ObjectPath job;
    systemd->callMethod("StartUnit")
        .onInterface(interface)
        .withArguments(std::string(unit_name), std::string("replace"))
        .storeResultsTo(job);
    wait_for_end_of(bus, job);
    sdbus::ObjectPath path;
    systemd->callMethod("GetUnit").onInterface(interface).withArguments(std::string(unit_name)).storeResultsTo(path);
    const auto unit = sdbus::createProxy(bus, service_manager_name, path);
    // It may be tried again already, and has not said anew what is wrong.
    constexpr auto patience = std::chrono::seconds(5);
    const auto until = std::chrono::steady_clock::now() + patience;
    do {
      state = unit->getProperty("ActiveState").onInterface(unit_interface).get<std::string>();
      status = unit->getProperty("StatusText").onInterface("org.freedesktop.systemd1.Service").get<std::string>();
    } while (state == "activating" && status.empty() && wait_before(until));
  } catch (const sdbus::Error&) {
    // What is wrong is said by the call that the caller wants to make.
    return {};
  }
  // A unit that failed and is about to be tried again is "activating", too.
  if (state == "active" || state == "reloading") return {};
  while (status.ends_with(':')) status.pop_back();
  return fail(ErrorCode::unreachable,
              "cgroupd does not start on " + which_bus(which) + (status.empty() ? "" : ": " + status),
              see_its_status(which));
}

}  // namespace cgroupd::client
