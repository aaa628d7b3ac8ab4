// Events as sentences.
#pragma once

#include <string>

#include "client/event.h"

namespace cgroupd::client {

/// "web: memory.max was changed to 1G, put back to 64M; probably crun (4711): …", without time and newline.
std::string event_line(const Event& event);

}  // namespace cgroupd::client
