// Calls to systemd over the bus.
#include "service_manager/service_manager.h"

#include <map>

#include <sdbus-c++/sdbus-c++.h>

namespace cgroupd {
namespace {

constexpr const char* destination = "org.freedesktop.systemd1";
constexpr const char* manager_path = "/org/freedesktop/systemd1";
constexpr const char* manager_interface = "org.freedesktop.systemd1.Manager";

tl::unexpected<Error> refused(const std::string& what, const sdbus::Error& error) {
  const std::string& name = error.getName();
  const bool absent = name == "org.freedesktop.DBus.Error.ServiceUnknown" ||
                      name == "org.freedesktop.DBus.Error.NameHasNoOwner" || name.find("Spawn") != std::string::npos;
  if (absent) return fail(ErrorCode::unreachable, what + ": there is no systemd on this bus");
  if (name == "org.freedesktop.systemd1.NoSuchUnit")
    return fail(ErrorCode::not_found, what + ": " + error.getMessage());
  return fail(ErrorCode::failed, what + ": " + error.getMessage());
}

}  // namespace

ServiceManager::ServiceManager(sdbus::IConnection& connection)
    : manager_(sdbus::createProxy(connection, destination, manager_path)), connection_(connection) {
  manager_->finishRegistration();
}

ServiceManager::~ServiceManager() = default;

Result<std::string> ServiceManager::control_group(const std::string& unit) {
  const std::string what = "cannot ask systemd for " + unit;
  try {
    sdbus::ObjectPath path;
    manager_->callMethod("GetUnit").onInterface(manager_interface).withArguments(unit).storeResultsTo(path);
    const auto proxy = sdbus::createProxy(connection_, destination, path);
    const std::string kind = unit.substr(unit.rfind('.') + 1);
    const std::string interface =
        kind == "service" ? "org.freedesktop.systemd1.Service" : "org.freedesktop.systemd1.Scope";
    const sdbus::Variant value = proxy->getProperty("ControlGroup").onInterface(interface);
    auto group = value.get<std::string>();
    if (group.empty()) return fail(ErrorCode::not_found, unit + " is not running");
    return group;
  } catch (const sdbus::Error& error) {
    return refused(what, error);
  }
}

void ServiceManager::attach(const std::string& unit, const std::string& path, const std::vector<pid_t>& pids,
                            const Done& done) {
  const std::vector<std::uint32_t> numbers(pids.begin(), pids.end());
  const std::string what = "systemd did not move the processes to " + unit + path;
  try {
    manager_->callMethodAsync("AttachProcessesToUnit")
        .onInterface(manager_interface)
        .withArguments(unit, path, numbers)
        .uponReplyInvoke([done, what](const sdbus::Error* error) {
          if (error != nullptr) {
            done(refused(what, *error));
          } else {
            done({});
          }
        });
  } catch (const sdbus::Error& error) {
    done(refused(what, error));
  }
}

}  // namespace cgroupd
