// Comparing asked for and in force.
#include "client/desired_view.h"

#include "client/times.h"
#include "model/plan.h"

namespace cgroupd::client {
namespace {

bool has_drifted(const CgroupStatus& status, const Limit& limit, const DesiredLimit& desired) {
  if (!desired.skipped.empty() || rests(limit, status.limits)) return false;
  const auto in_force = status.limits.find(&limit);
  return in_force == status.limits.end() || in_force->second != desired.value;
}

}  // namespace

std::string reason_alone(const std::string& why) {
  return why.substr(0, why.find("; "));
}

std::vector<const Limit*> drifted_limits(const CgroupStatus& status) {
  std::vector<const Limit*> drifted;
  for (const auto& [limit, desired] : status.desired) {
    if (has_drifted(status, *limit, desired)) drifted.push_back(limit);
  }
  return drifted;
}

std::string brief_value(const Limit& limit, const Value& value) {
  std::string text = print_value_for_people(limit, value);
  if (std::holds_alternative<Bandwidth>(value)) text = text.substr(0, text.find(" ("));
  return text;
}

std::string standing_text(const CgroupStatus& status, const Limit& limit, std::chrono::microseconds now) {
  const auto at = status.desired.find(&limit);
  if (at == status.desired.end()) return {};
  const DesiredLimit& desired = at->second;
  std::string text;
  if (has_drifted(status, limit, desired)) text = "drifted: " + brief_value(limit, desired.value) + " wanted, ";
  text += origin_name(desired.origin);
  if (desired.ends) text += ", " + print_time_left(*desired.ends - now) + " left";
  if (desired.afterwards) text += ", then " + brief_value(limit, *desired.afterwards);
  if (!desired.skipped.empty()) {
    text += ": " + brief_value(limit, desired.value) + " wanted, skipped: " + reason_alone(desired.skipped);
  } else if (rests(limit, status.limits)) {
    text += ": " + brief_value(limit, desired.value) + " rests while it is idle";
  }
  return text;
}

}  // namespace cgroupd::client
