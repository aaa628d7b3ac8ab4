// The arguments of Apply, which may be many.
#pragma once

#include <cstdint>
#include <vector>

#include <sdbus-c++/Message.h>

#include "dbus/request_options.h"
#include "dbus/wire.h"

namespace cgroupd {

/// Reads them in as many parts as its owner likes: one cgroup alone may have all the values there are. Meanwhile nobody
/// else may read the message.
class ApplyArguments {
 public:
  explicit ApplyArguments(sdbus::MethodCall call);

  /// Reads one value more; false when there was none. Throws sdbus::Error when it cannot be read.
  bool read_one();

  std::vector<WireCgroup> cgroups;
  wire::Dictionary options;

 private:
  enum class At : std::uint8_t { cgroup, limit, option_of_cgroup, option, end };
  bool read_entry(wire::Dictionary& into);
  void enter_dictionary(At then);

  sdbus::MethodCall call_;
  At at_ = At::cgroup;
};

}  // namespace cgroupd
