// What the daemon tells about its own work, without knowing who counts it.
#pragma once

#include <chrono>
#include <string_view>

namespace cgroupd {

class Instruments {
 public:
  Instruments() = default;
  Instruments(const Instruments&) = delete;
  Instruments& operator=(const Instruments&) = delete;
  Instruments(Instruments&&) = delete;
  Instruments& operator=(Instruments&&) = delete;
  virtual ~Instruments() = default;

  /// A bus request was answered. `method` is the interface's name for it ("SetLimits"), never text from a caller;
  /// `took` is from the request's arrival to its answer; `error_name` is the bus name of the error, empty when there
  /// was none. Cheap (well below a microsecond); from one thread only, the one that runs the bus.
  virtual void request_done(std::string_view method, std::chrono::nanoseconds took, std::string_view error_name) = 0;
};

}  // namespace cgroupd
