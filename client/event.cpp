// Names of events.
#include "client/event.h"

namespace cgroupd::client {

std::string_view event_name(EventKind kind) {
  switch (kind) {
    case EventKind::created:
      return "created";
    case EventKind::removed:
      return "removed";
    case EventKind::limits_changed:
      return "limits_changed";
    case EventKind::drifted:
      return "drifted";
    case EventKind::lease_ended:
      return "lease_ended";
    case EventKind::pressure:
      return "pressure";
    case EventKind::daemon_gone:
      return "daemon_gone";
    case EventKind::daemon_back:
      return "daemon_back";
  }
  return "unknown";
}

std::string Event::text(const std::string& key) const {
  const auto at = details.find(key);
  const auto* const text = at == details.end() ? nullptr : std::get_if<std::string>(&at->second);
  return text == nullptr ? std::string() : *text;
}

}  // namespace cgroupd::client
