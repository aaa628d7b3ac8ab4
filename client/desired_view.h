// What was asked for, beside what is in force.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "model/cgroup_status.h"

namespace cgroupd::client {

/// A reason without the command that mends it, which is what cgctl doctor is for.
std::string reason_alone(const std::string& why);

/// The limits whose value in force is not the one asked for, in table order.
std::vector<const Limit*> drifted_limits(const CgroupStatus& status);

/// Who asked for it and, for a lease, what is left of it at `now` (since 1970) and what comes then: "user",
/// "lease, 9m 58s left, then 2 CPUs". A limit that drifted begins with "drifted: 64M wanted, ". Empty when nobody asked
/// for anything.
std::string standing_text(const CgroupStatus& status, const Limit& limit, std::chrono::microseconds now);

/// The value in one word where there is one: "2 CPUs" without its quota and period.
std::string brief_value(const Limit& limit, const Value& value);

}  // namespace cgroupd::client
