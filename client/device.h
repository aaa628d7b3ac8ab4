// Block devices by path, as users of docker write them.
#pragma once

#include <string>

#include "client/command_line.h"
#include "model/result.h"

namespace cgroupd::client {

/// The number of the block device at `path`. io.max takes whole disks only, so a partition becomes its disk, with a
/// note.
Result<ResolvedDevice> resolve_device(const std::string& path);

}  // namespace cgroupd::client
