// Backtracking to the last star; "**" keeps a place of its own, so that the time stays polynomial.
#include "metrics/glob.h"

#include <algorithm>
#include <optional>

namespace cgroupd {
namespace {

// Where to go on when nothing else fits: behind this star, with the star having eaten one character more.
struct Retry {
  std::size_t pattern;
  std::size_t text;
};

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view text) {
  std::optional<Retry> one_star;
  std::optional<Retry> two_stars;
  std::size_t p = 0;
  std::size_t t = 0;
  while (true) {
    if (p < pattern.size() && pattern[p] == '*') {
      if (pattern.substr(p).starts_with("**")) {
        while (p < pattern.size() && pattern[p] == '*') ++p;
        two_stars = Retry{.pattern = p, .text = t};
        one_star.reset();
      } else {
        one_star = Retry{.pattern = ++p, .text = t};
      }
      continue;
    }
    if (t == text.size() && p == pattern.size()) return true;
    if (t < text.size() && p < pattern.size() && (pattern[p] == text[t] || (pattern[p] == '?' && text[t] != '/'))) {
      ++p;
      ++t;
      continue;
    }
    if (one_star && one_star->text < text.size() && text[one_star->text] != '/') {
      t = ++one_star->text;
      p = one_star->pattern;
    } else if (two_stars && two_stars->text < text.size()) {
      t = ++two_stars->text;
      p = two_stars->pattern;
      one_star.reset();
    } else {
      return false;
    }
  }
}

bool matches_any(std::span<const std::string> patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [text](const std::string& pattern) { return matches_glob(pattern, text); });
}

}  // namespace cgroupd
