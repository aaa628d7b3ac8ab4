// Comparing versions of what we run on.
#pragma once

#include <string_view>
#include <utility>

namespace cgroupd {

/// The first two numbers: 6 and 1 of a kernel's "6.1.0-18-amd64", 252 and 30 of systemd's "252.30-1". What is no number
/// is 0.
std::pair<unsigned, unsigned> version_of(std::string_view text);

}  // namespace cgroupd
