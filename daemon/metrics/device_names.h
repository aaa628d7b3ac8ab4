// The names of block devices, for the label `device`.
#pragma once

#include <string>

#include "model/limit_value.h"

namespace cgroupd {

/// "vda" for 254:0, as /sys/dev/block says; "254:0" when there is no such device (any more) or no /sys.
std::string device_name(Device device);

}  // namespace cgroupd
