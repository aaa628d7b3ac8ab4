// What the daemon tells unasked.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/limit_value.h"

namespace cgroupd::client {

enum class EventKind {
  created,
  removed,
  limits_changed,
  drifted,
  lease_ended,
  pressure,
  daemon_gone,  ///< the daemon left the bus: nothing is seen until it is back
  daemon_back,
};

/// The word in --json: "created", "limits_changed", …
std::string_view event_name(EventKind kind);

struct Event {
  EventKind kind = EventKind::created;
  std::string cgroup = {};               ///< empty when it is about the daemon
  std::string limit = {};                ///< drifted, pressure: the interface file
  Values in_force = {};                  ///< limits_changed
  std::vector<std::string> limits = {};  ///< lease_ended: interface files
  /// As the bus has them (org.cgroupd1.xml): "found", "wanted", "action", "reason", …
  std::map<std::string, std::variant<std::string, std::uint64_t>> details = {};

  /// A detail that is text; empty when it is not there.
  std::string text(const std::string& key) const;
};

}  // namespace cgroupd::client
