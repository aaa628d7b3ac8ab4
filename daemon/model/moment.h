// One instant on both clocks.
#pragma once

#include <chrono>

namespace cgroupd {

/// Leases are kept in boot time, which no clock setting moves; the time of day is for people, and for leases that
/// outlive a reboot.
struct Moment {
  std::chrono::microseconds boot{};  ///< CLOCK_BOOTTIME
  std::chrono::microseconds wall{};  ///< since 1970
};

}  // namespace cgroupd
