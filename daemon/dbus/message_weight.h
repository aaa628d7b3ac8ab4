// How much a message makes us do, found out before any of it is done.
#pragma once

#include <cstddef>
#include <string_view>

#include <sdbus-c++/Message.h>

#include "model/result.h"

namespace cgroupd {

/// What a request may weigh. A message of the bus may have 128 MiB, and while it is decoded nobody else is answered: a
/// file of a thousand cgroups fits into Apply, 4096 processes into Attach.
std::size_t heaviest_request(std::string_view method);

/// What the arguments weigh, in bytes or so; limit_exceeded when that is more than `most`, which looks no further.
/// Leaves the message as it was.
Result<std::size_t> weigh(sdbus::Message& message, std::size_t most);

}  // namespace cgroupd
