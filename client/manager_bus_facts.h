// What the bus knows of the daemon and of systemd, without starting anybody.
#pragma once

#include "client/doctor/facts.h"
#include "client/manager_bus.h"

namespace cgroupd::client {

/// Never fails: what cannot be learned stays empty, and `error` says when there is no bus.
BusFacts ask_bus(const BusChoice& bus);

}  // namespace cgroupd::client
