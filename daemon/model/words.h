// Splitting text, of people and of the kernel.
#pragma once

#include <string_view>
#include <vector>

namespace cgroupd {

/// What stands between `separators`, however many of them; as long as the text is there.
std::vector<std::string_view> words_of(std::string_view text, std::string_view separators);

}  // namespace cgroupd
