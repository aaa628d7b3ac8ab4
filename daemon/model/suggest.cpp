// Edit distance and the choice of a near word.
#include "model/suggest.h"

#include <algorithm>
#include <cstddef>

namespace cgroupd {
namespace {

// Optimal string alignment: insertion, deletion, substitution and transposition of neighbours count one each.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t longest = 64;
  constexpr std::size_t shortest_beginning = 2;
  if (word.empty() || word.size() > longest) return {};
  const std::size_t near_enough = std::max<std::size_t>(1, word.size() / 3);
  std::string_view best;
  std::size_t best_distance = near_enough + 1;
  for (const auto candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  if (!best.empty()) return std::string(best);
  if (word.size() < shortest_beginning) return {};
  const auto beginning = std::ranges::find_if(candidates, [&](auto candidate) { return candidate.starts_with(word); });
  return beginning == candidates.end() ? std::string() : std::string(*beginning);
}

}  // namespace cgroupd
