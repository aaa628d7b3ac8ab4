// Near misses: which known word was probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cgroupd {

/// The candidate nearest to `word` by edit distance (letters transposed, missing, added, wrong), or by being its
/// beginning; empty when none is near enough to be worth saying.
std::string nearest_word(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace cgroupd
