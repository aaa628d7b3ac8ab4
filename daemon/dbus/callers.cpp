// org.freedesktop.DBus.GetConnectionCredentials.
#include "dbus/callers.h"

#include <cstdint>

#include <sdbus-c++/Error.h>
#include <sdbus-c++/Types.h>

#include "cgroupfs/processes.h"

namespace cgroupd {

Callers::Callers(sdbus::IConnection& connection)
    : connection_(connection), bus_(sdbus::createProxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus")) {}

const Caller& Callers::of(const std::string& sender) {
  if (const auto at = by_name_.find(sender); at != by_name_.end()) {
    remembered_.splice(remembered_.begin(), remembered_, at->second);
    return at->second->second;
  }
  if (remembered_.size() >= most_remembered) {
    by_name_.erase(remembered_.back().first);
    remembered_.pop_back();
  }
  remembered_.emplace_front(sender, ask(sender));
  by_name_.emplace(sender, remembered_.begin());
  return remembered_.front().second;
}

std::shared_ptr<void> Callers::when_gone(const std::string& sender, std::function<void()> action) {
  try {
    // A unique name has no other owner after the first.
    auto slot = connection_.addMatch(
        "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0="
        "'" +
            sender + "'",
        [action = std::move(action)](sdbus::Message& /*signal*/) { action(); });
    return std::make_shared<sdbus::Slot>(std::move(slot));
  } catch (const sdbus::Error&) {
    return nullptr;  // then nobody can give up
  }
}

Caller Callers::ask(const std::string& sender) {
  Caller caller;
  const std::string method = "GetConnectionCredentials";
  std::map<std::string, sdbus::Variant> credentials;
  try {
    bus_->callMethod(method).onInterface("org.freedesktop.DBus").withArguments(sender).storeResultsTo(credentials);
    if (const auto uid = credentials.find("UnixUserID"); uid != credentials.end())
      caller.uid = uid->second.get<std::uint32_t>();
    if (const auto pid = credentials.find("ProcessID"); pid != credentials.end())
      caller.pid = static_cast<std::int32_t>(pid->second.get<std::uint32_t>());
  } catch (const sdbus::Error&) {
    // It is gone already, or the bus does not tell; the change is made all the same, by nobody known.
    return caller;
  }
  if (!caller.pid) return caller;
  caller.unit = unit_of_process(*caller.pid);
  caller.command = process_command(*caller.pid);
  return caller;
}

}  // namespace cgroupd
