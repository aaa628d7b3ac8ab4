// Questions to the bus itself, to systemd, and to the daemon if it runs.
#include "client/manager_bus_facts.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <variant>

#include <sdbus-c++/sdbus-c++.h>

#include "dbus/wire.h"

namespace cgroupd::client {
namespace {

// As long as other callers of a bus wait: on a machine that is loaded, less would be a wrong finding.
constexpr auto patience_of_callers = std::chrono::seconds(25);
constexpr const char* bus_name = "org.freedesktop.DBus";
constexpr const char* systemd_name = "org.freedesktop.systemd1";
constexpr const char* systemd_path = "/org/freedesktop/systemd1";

std::unique_ptr<sdbus::IConnection> connect(const BusChoice& bus) {
  if (const auto* const address = std::get_if<std::string>(&bus))
    return sdbus::createSessionBusConnectionWithAddress(*address);
  return std::get<Bus>(bus) == Bus::system ? sdbus::createSystemBusConnection() : sdbus::createSessionBusConnection();
}

// Answers T() when nobody answers: what is missing is a finding, not an error.
template <typename T>
T property(sdbus::IProxy& proxy, const char* interface, const char* name) {
  try {
    return proxy.getProperty(name).onInterface(interface).get<T>();
  } catch (const sdbus::Error&) {
    return T();
  }
}

template <typename T, typename... Arguments>
T ask(sdbus::IProxy& proxy, const char* interface, const char* method, const Arguments&... arguments) {
  try {
    T answer{};
    proxy.callMethod(method).onInterface(interface).withArguments(arguments...).storeResultsTo(answer);
    return answer;
  } catch (const sdbus::Error&) {
    return T();
  }
}

void ask_systemd(sdbus::IConnection& connection, BusFacts& facts) {
  const auto manager = sdbus::createProxy(connection, systemd_name, systemd_path);
  constexpr const char* interface = "org.freedesktop.systemd1.Manager";
  facts.systemd_version = property<std::string>(*manager, interface, "Version");
  if (facts.systemd_version.empty()) return;
  const auto unit = [&](const char* name) {
    return ask<sdbus::ObjectPath>(*manager, interface, "LoadUnit", std::string(name));
  };
  if (const auto path = unit("cgroupd.service"); !path.empty()) {
    const auto proxy = sdbus::createProxy(connection, systemd_name, path);
    facts.unit_state = property<std::string>(*proxy, "org.freedesktop.systemd1.Unit", "ActiveState");
  }
  if (const auto path = unit("cgroupd-tree.service"); !path.empty()) {
    const auto proxy = sdbus::createProxy(connection, systemd_name, path);
    facts.tree_group = property<std::string>(*proxy, "org.freedesktop.systemd1.Service", "ControlGroup");
  }
}

void ask_daemon(sdbus::IConnection& connection, sdbus::IProxy& bus, BusFacts& facts) {
  const std::string name = wire::service_name;
  facts.pid = static_cast<pid_t>(ask<std::uint32_t>(bus, bus_name, "GetConnectionUnixProcessID", name));
  facts.uid = ask<std::uint32_t>(bus, bus_name, "GetConnectionUnixUser", name);
  const auto daemon = sdbus::createProxy(connection, name, wire::object_path);
  const auto property_of_daemon = [&](const char* property) {
    return daemon->getProperty(property).onInterface(wire::interface_name);
  };
  try {
    facts.version = property_of_daemon("Version").get<std::string>();
    facts.delegated_root = property_of_daemon("DelegatedRoot").get<std::string>();
    facts.features = property_of_daemon("Features").get<std::vector<std::string>>();
  } catch (const sdbus::Error& error) {
    const bool by_policy = error.getName() == "org.freedesktop.DBus.Error.AccessDenied";
    facts.refused = by_policy ? "the bus policy forbids it" : error.getMessage();
  }
}

}  // namespace

BusFacts ask_bus(const BusChoice& bus) {
  BusFacts facts;
  std::unique_ptr<sdbus::IConnection> connection;
  try {
    connection = connect(bus);
    connection->setMethodCallTimeout(patience_of_callers);
  } catch (const sdbus::Error& error) {
    facts.error = error.getMessage();
    return facts;
  }
  try {
    const auto itself = sdbus::createProxy(*connection, bus_name, "/org/freedesktop/DBus");
    facts.running = ask<bool>(*itself, bus_name, "NameHasOwner", std::string(wire::service_name));
    const auto names = ask<std::vector<std::string>>(*itself, bus_name, "ListActivatableNames");
    facts.activatable = std::ranges::find(names, wire::service_name) != names.end();
    const bool systemd = ask<bool>(*itself, bus_name, "NameHasOwner", std::string(systemd_name));
    if (systemd) ask_systemd(*connection, facts);
    if (facts.running) ask_daemon(*connection, *itself, facts);
  } catch (const sdbus::Error& error) {
    facts.error = error.getMessage();
  }
  return facts;
}

}  // namespace cgroupd::client
