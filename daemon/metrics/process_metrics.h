// The conventional process_* families about the daemon itself.
#pragma once

#include "metrics/page.h"

namespace cgroupd {

/// What /proc and getrusage say of this process; what cannot be read is left out.
void write_process_metrics(Page& page);

}  // namespace cgroupd
