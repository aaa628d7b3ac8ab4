// What an errno of a cgroup file means.
#pragma once

#include "model/error.h"

namespace cgroupd {

/// One mapping for every Kernel, real or fake.
ErrorCode error_code_of(int errno_value);

}  // namespace cgroupd
