// Text from files that anybody may have written, before it is shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cgroupd {

/// Longer is nobody's name.
inline constexpr std::size_t longest_clean_text = 256;

/// `text` when it is valid UTF-8 without control characters and not longer than that, else nothing: half a name would
/// be another one.
std::string clean_text(std::string_view text);

}  // namespace cgroupd
