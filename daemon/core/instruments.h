// What the daemon tells about its own work, without knowing who counts it.
#pragma once

#include <chrono>
#include <string_view>

namespace cgroupd {

/// Every call is cheap (well below a microsecond), and made by one thread only, the one that runs the bus, but for
/// limit_written(). Names come from our own tables ("memory", "SetLimits"), never from a caller. What nobody overrides
/// counts nothing.
class Instruments {
 public:
  Instruments() = default;
  Instruments(const Instruments&) = delete;
  Instruments& operator=(const Instruments&) = delete;
  Instruments(Instruments&&) = delete;
  Instruments& operator=(Instruments&&) = delete;
  virtual ~Instruments() = default;

  /// A bus request was answered. `method` is the interface's name for it ("SetLimits"); `took` is from the request's
  /// arrival to its answer; `error_name` is error_name() of its error, empty when there was none.
  virtual void request_done(std::string_view method, std::chrono::nanoseconds took, std::string_view error_name) = 0;

  /// An interface file of a limit was written and read back. `controller`: the limit table's. `errno_value`: 0 when the
  /// kernel took it. From any thread, as limits are written by workers, too.
  virtual void limit_written(std::string_view /*controller*/, std::chrono::nanoseconds /*took*/, int /*errno_value*/) {}

  /// A limit was found to differ from what is desired, and we did not do it.
  virtual void drift_detected(std::string_view /*controller*/) {}
  /// Such a limit was put back, or could not be.
  virtual void drift_repaired(std::string_view /*controller*/, bool /*succeeded*/) {}
  /// All desired limits were compared with the kernel's, without an error.
  virtual void reconciled() {}

  /// A pressure trigger of the kernel fired. `resource`: "cpu", "memory" or "io".
  virtual void pressure_triggered(std::string_view /*resource*/) {}
  /// The daemon did something by itself. `action`: a word of a fixed list, as "lease_end" or "stall_lifted".
  virtual void policy_acted(std::string_view /*action*/) {}
  /// The configuration was read again; when that failed the old one stays in use.
  virtual void config_reloaded(bool /*succeeded*/) {}
};

}  // namespace cgroupd
