// One pass.
#include "model/words.h"

#include <algorithm>

namespace cgroupd {

std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
  constexpr std::size_t usual = 2;
  const auto separates = [separators](char c) { return std::ranges::find(separators, c) != separators.end(); };
  std::vector<std::string_view> words;
  words.reserve(usual);
  for (const auto* at = text.begin();;) {
    const auto* const begin = std::find_if_not(at, text.end(), separates);
    if (begin == text.end()) return words;
    at = std::find_if(begin, text.end(), separates);
    words.emplace_back(begin, at);
  }
}

}  // namespace cgroupd
