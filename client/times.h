// Moments and spans of time as people and scripts read them.
#pragma once

#include <chrono>
#include <string>

namespace cgroupd::client {

/// A moment since 1970 in the local time zone: "2026-11-24 03:19:35".
std::string print_local_time(std::chrono::microseconds time);

/// The same in ISO 8601, UTC: "2026-11-24T02:19:35.000123Z".
std::string print_iso_time(std::chrono::microseconds time);

/// The two largest units of what is left, rounded down: "9m 58s", "2d 3h", "less than 1s".
std::string print_time_left(std::chrono::microseconds left);

}  // namespace cgroupd::client
