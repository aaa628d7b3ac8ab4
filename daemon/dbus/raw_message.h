// The message of sd-bus below one of sdbus-c++ 1.2, for what that has no word for.
#pragma once

#include <sdbus-c++/Message.h>
#include <systemd/sd-bus.h>

namespace cgroupd {

inline sd_bus_message* raw_message(const sdbus::Message& message) {
  struct Opened : sdbus::Message {
    static void* of(const sdbus::Message& closed) { return closed.*(&Opened::msg_); }
  };
  return static_cast<sd_bus_message*>(Opened::of(message));
}

}  // namespace cgroupd
