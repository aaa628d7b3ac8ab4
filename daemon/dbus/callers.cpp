// org.freedesktop.DBus.GetConnectionCredentials.
#include "dbus/callers.h"

#include <cstdint>

#include <sdbus-c++/Error.h>
#include <sdbus-c++/Types.h>

#include "cgroupfs/processes.h"

namespace cgroupd {
namespace {

constexpr const char* bus_interface = "org.freedesktop.DBus";

}  // namespace

Callers::Callers(sdbus::IConnection& connection)
    : connection_(connection), bus_(sdbus::createProxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus")) {}

// Reading of a process takes longer than the bus's answer: that is left to the caller's own turn.
const Caller& Callers::of(const std::string& sender) {
  Known* const remembered = find(sender);
  Known& known = remembered != nullptr ? *remembered : remember(sender, ask(sender));
  if (!known.is_looked_up && known.caller.pid) {
    known.caller.unit = unit_of_process(*known.caller.pid);
    known.caller.command = process_command(*known.caller.pid);
  }
  known.is_looked_up = true;
  return known.caller;
}

// Mostly it is who asked last: of one request that is asked several times.
Callers::Known* Callers::find(const std::string& sender) {
  if (!remembered_.empty() && remembered_.front().name == sender) return &remembered_.front();
  const auto at = by_name_.find(sender);
  if (at == by_name_.end()) return nullptr;
  remembered_.splice(remembered_.begin(), remembered_, at->second);
  return &remembered_.front();
}

Callers::Known& Callers::remember(const std::string& sender, Caller caller) {
  if (remembered_.size() >= most_remembered) {
    by_name_.erase(remembered_.back().name);
    remembered_.pop_back();
  }
  remembered_.push_front({.name = sender, .caller = std::move(caller)});
  by_name_.emplace(sender, remembered_.begin());
  return remembered_.front();
}

bool Callers::meet(const std::string& sender, const std::function<void(const std::string& sender)>& known) {
  if (find(sender) != nullptr) return true;
  const std::string method = "GetConnectionCredentials";
  try {
    bus_->callMethodAsync(method)
        .onInterface(bus_interface)
        .withArguments(sender)
        .uponReplyInvoke([this, sender, known](const sdbus::Error* error, const Credentials& given) {
          // As in ask().
          if (!by_name_.contains(sender)) remember(sender, error == nullptr ? caller_with(given) : Caller());
          known(sender);
        });
    return false;
  } catch (const sdbus::Error&) {
    return true;  // of() will find out
  }
}

std::shared_ptr<void> Callers::when_gone(const std::string& sender, std::function<void()> action) {
  struct Wait {
    std::function<void()> action;
    sdbus::Slot slot;
  };
  const auto wait = std::make_shared<Wait>(Wait{.action = std::move(action), .slot = {}});
  const std::string method = "NameHasOwner";
  try {
    // A unique name has no other owner after the first.
    wait->slot = connection_.addMatch(
        "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0="
        "'" +
            sender + "'",
        [&action = wait->action](sdbus::Message& /*signal*/) { action(); });
    // Who left before, while his request waited for its turn, is told of by nobody.
    bus_->callMethodAsync(method)
        .onInterface(bus_interface)
        .withArguments(sender)
        .uponReplyInvoke([asked = std::weak_ptr(wait)](const sdbus::Error* error, bool is_there) {
          const auto still_waits = asked.lock();
          if (still_waits && error == nullptr && !is_there) still_waits->action();
        });
  } catch (const sdbus::Error&) {
    if (!wait->slot) return nullptr;  // then nobody can give up
  }
  return wait;
}

Caller Callers::ask(const std::string& sender) {
  const std::string method = "GetConnectionCredentials";
  Credentials credentials;
  try {
    bus_->callMethod(method).onInterface(bus_interface).withArguments(sender).storeResultsTo(credentials);
  } catch (const sdbus::Error&) {
    // It is gone already, or the bus does not tell; the change is made all the same, by nobody known.
    return {};
  }
  return caller_with(credentials);
}

Caller Callers::caller_with(const Credentials& credentials) {
  Caller caller;
  try {
    if (const auto uid = credentials.find("UnixUserID"); uid != credentials.end())
      caller.uid = uid->second.get<std::uint32_t>();
    if (const auto pid = credentials.find("ProcessID"); pid != credentials.end())
      caller.pid = static_cast<std::int32_t>(pid->second.get<std::uint32_t>());
  } catch (const sdbus::Error&) {
    return caller;
  }
  return caller;
}

}  // namespace cgroupd
