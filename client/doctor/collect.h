// Looks at this host. Works without the daemon, without a bus and without systemd: that is when it is needed most.
#pragma once

#include "client/doctor/facts.h"
#include "client/manager_bus.h"

namespace cgroupd::client {

/// Changes nothing and starts nobody.
HostFacts collect_facts(const BusChoice& bus);

}  // namespace cgroupd::client
