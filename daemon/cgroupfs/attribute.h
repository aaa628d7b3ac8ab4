// Extended attributes of cgroups outside of the delegated root.
#pragma once

#include <string>
#include <string_view>

#include "model/result.h"

namespace cgroupd {

/// Sets `name` ("user.…") of the cgroup at `directory`, an absolute path, to `value`. Only its owner may, and nothing
/// but the attribute is touched. unsupported when it is on no cgroup2 file system.
Result<void> set_attribute(const std::string& directory, std::string_view name, std::string_view value);

}  // namespace cgroupd
