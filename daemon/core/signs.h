// Descriptors by which the kernel makes a sign (POLLPRI).
#pragma once

#include <functional>
#include <memory>

#include "cgroupfs/file_descriptor.h"

namespace cgroupd {

/// Waits for signs until it is destroyed, which must not happen in its own action.
class Sign {
 public:
  Sign() = default;
  Sign(const Sign&) = delete;
  Sign& operator=(const Sign&) = delete;
  Sign(Sign&&) = delete;
  Sign& operator=(Sign&&) = delete;
  virtual ~Sign() = default;
};

class Signs {
 public:
  Signs() = default;
  Signs(const Signs&) = delete;
  Signs& operator=(const Signs&) = delete;
  Signs(Signs&&) = delete;
  Signs& operator=(Signs&&) = delete;
  virtual ~Signs() = default;

  /// Calls `action` in the event loop at every sign of `fd`.
  virtual std::unique_ptr<Sign> on_sign(FileDescriptor fd, std::function<void()> action) = 0;
};

}  // namespace cgroupd
