// Where the daemon's messages go.
#pragma once

#include "config/daemon_config.h"

namespace cgroupd {

/// Makes spdlog's default logger write to the journal when standard error is connected to it, else to standard error.
void start_logging();
void set_log_level(LogLevel level);

}  // namespace cgroupd
