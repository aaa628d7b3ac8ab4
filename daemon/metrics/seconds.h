// Times as Prometheus has them: in seconds.
#pragma once

#include <chrono>

namespace cgroupd {

inline constexpr double microseconds_per_second = 1e6;

/// The wall clock, in seconds since 1970.
inline double now_in_unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace cgroupd
