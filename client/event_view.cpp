// One sentence an event.
#include "client/event_view.h"

#include "client/desired_view.h"
#include "client/times.h"

namespace cgroupd::client {
namespace {

// The value that a detail holds in canonical text, for people; the text itself when it is not understood.
std::string value_text(const Event& event, const std::string& key) {
  const std::string text = event.text(key);
  const Limit* const limit = find_limit(event.limit);
  if (limit == nullptr) return text;
  const auto value = parse_value(*limit, text);
  return value ? brief_value(*limit, *value) : text;
}

std::string in_force_text(const Values& values) {
  std::string text;
  for (const auto& [limit, value] : values) {
    text += (text.empty() ? "" : ", ") + std::string(limit->file) + " " + brief_value(*limit, value);
  }
  return text.empty() ? "limits changed" : text;
}

std::string retry_text(const Event& event) {
  const auto at = event.details.find("retry_usec");
  const auto* const time = at == event.details.end() ? nullptr : std::get_if<std::uint64_t>(&at->second);
  if (time == nullptr) return {};
  return " in " + print_time_left(std::chrono::microseconds(*time));
}

std::string drift_text(const Event& event) {
  const std::string action = event.text("action");
  const std::string wanted = value_text(event, "wanted");
  std::string text = event.limit + " was changed to " + value_text(event, "found") + ", ";
  if (action == "repaired") {
    text += "put back to " + wanted;
  } else if (action == "reported") {
    text += "left so; wanted is " + wanted;
  } else if (action == "adopted") {
    text += "which is wanted from now on instead of " + wanted;
  } else if (action == "fighting") {
    text += "again and again; " + wanted + " is put back" + retry_text(event);
  } else if (action == "failed") {
    text += "and putting " + wanted + " back failed: " + event.text("reason");
    if (const auto retry = retry_text(event); !retry.empty()) text += "; again" + retry;
  } else {
    text += "wanted is " + wanted + " (" + action + ")";
  }
  const std::string writer = event.text("likely_writer");
  return writer.empty() ? text : text + "; by whom: " + writer;
}

std::string lease_text(const Event& event) {
  std::string limits;
  for (const auto& limit : event.limits) limits += (limits.empty() ? "" : ", ") + limit;
  return "the lease of " + limits + (event.text("reason") == "replaced" ? " was replaced" : " is over");
}

}  // namespace

std::string event_line(const Event& event) {
  switch (event.kind) {
    case EventKind::created:
      return event.cgroup + ": created";
    case EventKind::removed:
      return event.cgroup + ": removed";
    case EventKind::limits_changed:
      return event.cgroup + ": " + in_force_text(event.in_force);
    case EventKind::drifted:
      return event.cgroup + ": " + drift_text(event);
    case EventKind::lease_ended:
      return event.cgroup + ": " + lease_text(event);
    case EventKind::pressure:
      return event.cgroup + ": " + event.limit + " " + value_text(event, "before") +
             " had stopped the cgroup and was lifted";
    case EventKind::daemon_gone:
      return "cgroupd is gone; waiting until it is back";
    case EventKind::daemon_back:
      return "cgroupd is back";
  }
  return std::string(event_name(event.kind));
}

}  // namespace cgroupd::client
