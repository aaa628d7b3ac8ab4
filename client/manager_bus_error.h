// What the bus says as errors that name a way out.
#pragma once

#include <string>

#include <sdbus-c++/Error.h>

#include "client/manager_bus.h"
#include "model/error.h"

namespace cgroupd::client {

/// "the user's bus", for messages.
std::string which_bus(const BusChoice& bus);
/// "see: systemctl --user status cgroupd"
std::string see_its_status(const BusChoice& bus);
/// What somebody can do who finds no daemon there.
std::string how_to_start(const BusChoice& bus);

/// The daemon's own errors as they are; `unreachable` when nobody answered or nobody knows whether it was done.
Error from_sdbus(const sdbus::Error& error, const BusChoice& bus);

}  // namespace cgroupd::client
