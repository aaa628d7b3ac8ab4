// What a user's daemon leaves with the cgroup of a container, for whoever may see the cgroup but not that user's files:
// an extended attribute, which everybody can read and which is gone with the cgroup.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runtimes/container.h"

namespace cgroupd {

inline constexpr std::string_view container_mark = "user.cgroupd.labels";
/// In bytes. What does not fit is left out.
inline constexpr std::size_t longest_mark = 1024;

/// A "KEY=VALUE\n" for everything known but the cgroup and the id; empty when nothing is.
std::string write_mark(const Container& container);

/// The owner of the cgroup may have written anything there: what is not clean is not known.
Container read_mark(std::string_view text);

}  // namespace cgroupd
