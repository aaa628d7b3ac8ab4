// How much a message makes us do, found out before any of it is done.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include <sdbus-c++/Message.h>

#include "model/result.h"

namespace cgroupd {

/// What a request may weigh. A message of the bus may have 128 MiB, and while it is decoded nobody else is answered: a
/// file of a thousand cgroups fits into Apply, 4096 processes into Attach.
std::size_t heaviest_request(std::string_view method);

/// Of a value or a container beside its text: it becomes an object of ours, whatever its size on the wire.
inline constexpr std::size_t weight_of_a_value = 16;

/// The refusal of what weighs more than `most`: limit_exceeded.
tl::unexpected<Error> too_heavy(std::size_t most);

/// Finds out what the arguments of a message weigh, in bytes or so, in as many parts as its owner likes. Meanwhile
/// nobody else may read the message; afterwards it is as it was.
class Weighing {
 public:
  /// More than `most` is too much; it looks no further.
  Weighing(sdbus::MethodCall message, std::size_t most) : message_(std::move(message)), most_(most) {}

  /// Looks at so many values more, or at fewer where they are long; whether it is done.
  bool go_on(std::size_t values);

  /// Once done: limit_exceeded when it is too much.
  Result<std::size_t> result() const;

 private:
  enum class Found { value, end, nothing };  ///< nothing: it cannot be read, which the method itself will say
  Found look_at_one();
  bool take_basic(char type);
  bool take_container(char type, std::string_view contents);

  sdbus::MethodCall message_;  // keeps it
  std::size_t most_;
  std::size_t weight_ = 0;
  std::size_t depth_ = 0;  ///< containers that were entered and not left
};

}  // namespace cgroupd
