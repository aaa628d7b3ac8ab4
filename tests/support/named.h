// Short ways to say what many tests speak of.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/cgroup_path.h"
#include "model/limits.h"

namespace cgroupd {

inline constexpr std::uint64_t mebibyte = 1U << 20U;
/// The uid of a user who is neither root nor the daemon's.
inline constexpr std::uint32_t eve = 1001;

/// "" is the delegated root. Throws when `name` is no name.
inline CgroupPath path(std::string_view name) {
  return name.empty() ? CgroupPath() : CgroupPath::parse(name).value();
}

/// The row of the limit table with this `file`, which must be there.
inline const Limit& row(std::string_view file) {
  return *find_limit(file);
}

}  // namespace cgroupd
