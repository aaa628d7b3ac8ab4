// How the kernel reads numbers, sizes and lists (lib/kstrtox.c, lib/cmdline.c, mm/page_counter.c, lib/bitmap.c).
#include "support/fake/text.h"

#include <algorithm>
#include <cerrno>
#include <limits>

namespace cgroupd::fake {
namespace {

constexpr std::string_view white = " \t\n\v\f\r";

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// _parse_integer_fixup_radix() with base 0.
unsigned take_radix(std::string_view& text) {
  if (!text.starts_with('0')) return 10;
  if (text.size() > 2 && (text[1] == 'x' || text[1] == 'X') && digit_of(text[2]) < 16) {
    text.remove_prefix(2);
    return 16;
  }
  return 8;
}

struct Digits {
  std::uint64_t value = 0;
  std::size_t count = 0;
  bool overflow = false;
};

// _parse_integer(): on overflow the value wraps, which simple_strtoull() and so memparse() do not notice.
Digits take_digits(std::string_view& text, unsigned radix) {
  Digits digits;
  while (!text.empty() && digit_of(text.front()) < static_cast<int>(radix)) {
    const auto digit = static_cast<unsigned>(digit_of(text.front()));
    if (digits.value > (std::numeric_limits<std::uint64_t>::max() - digit) / radix) digits.overflow = true;
    digits.value = digits.value * radix + digit;
    ++digits.count;
    text.remove_prefix(1);
  }
  return digits;
}

}  // namespace

std::string_view stripped(std::string_view text) {
  const auto begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

tl::expected<std::uint64_t, int> kstrtoull(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const unsigned radix = take_radix(text);
  const Digits digits = take_digits(text, radix);
  if (digits.overflow) return tl::unexpected(ERANGE);
  if (text.starts_with('\n')) text.remove_prefix(1);
  if (digits.count == 0 || !text.empty()) return tl::unexpected(EINVAL);
  return digits.value;
}

tl::expected<std::int64_t, int> kstrtoint(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative && text.substr(1).starts_with('+')) return tl::unexpected(EINVAL);
  const auto value = kstrtoull(negative ? text.substr(1) : text);
  if (!value) return tl::unexpected(value.error());
  constexpr auto most = std::uint64_t{std::numeric_limits<std::int32_t>::max()};
  if (*value > most + (negative ? 1 : 0)) return tl::unexpected(ERANGE);
  return negative ? -static_cast<std::int64_t>(*value) : static_cast<std::int64_t>(*value);
}

tl::expected<std::uint64_t, int> page_counter_memparse(std::string_view text, std::string_view max) {
  if (text == max) return memory_unlimited;
  const unsigned radix = take_radix(text);
  std::uint64_t bytes = take_digits(text, radix).value;
  constexpr std::string_view suffixes = "KMGTPE";
  if (!text.empty()) {
    const char letter = static_cast<char>(text.front() >= 'a' ? text.front() - 'a' + 'A' : text.front());
    if (const auto place = suffixes.find(letter); place != std::string_view::npos) {
      bytes <<= 10U * (static_cast<unsigned>(place) + 1U);
      text.remove_prefix(1);
    }
  }
  if (!text.empty()) return tl::unexpected(EINVAL);
  return std::min(bytes / page_size * page_size, memory_unlimited);
}

bool scan_number(std::string_view& text, std::uint64_t& number) {
  text.remove_prefix(std::min(text.find_first_not_of(white), text.size()));
  const Digits digits = take_digits(text, 10);
  if (digits.count == 0) return false;
  number = digits.value;
  return true;
}

tl::expected<std::set<std::uint64_t>, int> parse_list(std::string_view text, std::uint64_t count) {
  std::set<std::uint64_t> ids;
  while (!text.empty()) {
    const auto comma = std::min(text.find_first_of(",\n"), text.size());
    std::string_view range = stripped(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (range.empty()) continue;
    const Digits first = take_digits(range, 10);
    Digits last = first;
    if (range.starts_with('-')) {
      range.remove_prefix(1);
      last = take_digits(range, 10);
    }
    if (first.count == 0 || last.count == 0 || !range.empty() || last.value < first.value)
      return tl::unexpected(EINVAL);
    if (last.value >= count) return tl::unexpected(ERANGE);
    for (auto id = first.value; id <= last.value; ++id) ids.insert(id);
  }
  return ids;
}

std::string print_list(const std::set<std::uint64_t>& ids) {
  std::string text;
  for (auto id = ids.begin(); id != ids.end();) {
    const std::uint64_t first = *id;
    std::uint64_t last = first;
    for (++id; id != ids.end() && *id == last + 1; ++id) last = *id;
    if (!text.empty()) text += ",";
    text += std::to_string(first);
    if (last != first) text += "-" + std::to_string(last);
  }
  return text + "\n";
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = text.find_first_not_of(white);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(white), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::string flat_keyed(const Counters& counters, std::initializer_list<std::string_view> keys) {
  std::string text;
  for (const auto key : keys) {
    const auto counter = counters.find(key);
    text += std::string(key) + " " + std::to_string(counter == counters.end() ? 0 : counter->second) + "\n";
  }
  return text;
}

std::string line(std::uint64_t number) {
  return std::to_string(number) + "\n";
}

std::string max_or(std::uint64_t number, std::uint64_t unlimited) {
  return number == unlimited ? std::string("max\n") : line(number);
}

}  // namespace cgroupd::fake
