// Starting the daemon when it does not run.
#pragma once

#include <sdbus-c++/IConnection.h>

#include "client/manager_bus.h"
#include "model/result.h"

namespace cgroupd::client {

/// Has systemd start cgroupd.service when nobody owns our bus name, and waits for the outcome. The bus would start it
/// as well, but does not hear of a start that fails and keeps the caller waiting for up to two minutes. unreachable
/// when it did not start; fine also where systemd is not there or refuses: then it is for the bus to try.
Result<void> start_if_absent(sdbus::IConnection& bus, const BusChoice& which);

}  // namespace cgroupd::client
