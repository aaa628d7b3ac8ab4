// What it costs that limits stay: recorded, for many clients at once, applied together, found at the start, put back.
#pragma once

#include <systemd/sd-bus.h>

namespace cgroupd::bench {

/// Prints its table. With systemd the daemon is stopped and started anew.
void measure_lasting(sd_bus* bus, int rounds, bool with_systemd);

}  // namespace cgroupd::bench
