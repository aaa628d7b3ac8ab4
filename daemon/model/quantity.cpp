// Numbers with units, read strictly: what is not understood completely is refused.
#include "model/quantity.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <vector>

namespace cgroupd {
namespace {

constexpr std::uint64_t largest_number = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t longest_text = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A decimal number as the integer part and the digits after the point, and what follows it.
struct Decimal {
  std::uint64_t whole = 0;
  std::string_view fraction;
  std::string_view rest;
};

// Nothing when there is neither a digit nor ".5" in front (docker's users write --cpus=".5"), a point without digits
// behind it, or an integer part over 63 bits.
std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number.whole);
  const bool has_whole = !text.empty() && is_digit(text.front());
  if (has_whole ? error != std::errc() || number.whole > largest_number : !text.starts_with('.')) return std::nullopt;
  number.rest = has_whole ? text.substr(static_cast<std::size_t>(end - text.data())) : text;
  if (number.rest.starts_with('.')) {
    std::size_t digits = 0;
    while (digits + 1 < number.rest.size() && is_digit(number.rest[digits + 1])) ++digits;
    if (digits == 0) return std::nullopt;
    number.fraction = number.rest.substr(1, digits);
    number.rest.remove_prefix(digits + 1);
  }
  return number;
}

// whole.fraction * unit, rounded down; nothing when it does not fit in 63 bits.
std::optional<std::uint64_t> scaled(const Decimal& number, std::uint64_t unit) {
  if (number.whole != 0 && unit > largest_number / number.whole) return std::nullopt;
  std::uint64_t value = number.whole * unit;
  // Exact long division, digit by digit, so that 1.5G is exact and no floating point is needed.
  std::uint64_t part = 0;
  std::uint64_t place = 1;
  constexpr std::size_t digits_kept = 9;  // finer than one byte in a gigabyte
  for (std::size_t i = 0; i < number.fraction.size() && i < digits_kept; ++i) {
    part = part * 10 + static_cast<std::uint64_t>(number.fraction[i] - '0');
    place *= 10;
  }
  const std::uint64_t added = unit / place * part + unit % place * part / place;
  if (added > largest_number - value) return std::nullopt;
  value += added;
  return value;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t kib = 1024;
constexpr std::array<Unit, 6> byte_units = {{{"", 1},
                                             {"k", kib},
                                             {"m", kib* kib},
                                             {"g", kib* kib* kib},
                                             {"t", kib* kib* kib* kib},
                                             {"p", kib* kib* kib* kib* kib}}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// "K", "KB", "KiB" and "B" in either case; nothing for anything else.
std::optional<std::uint64_t> byte_factor(std::string_view unit) {
  std::string text;
  for (const char c : unit) text += lower(c);
  if (text == "b") return 1;
  for (const auto& known : byte_units) {
    const std::string name(known.name);
    if (text == name || (!name.empty() && (text == name + "b" || text == name + "ib"))) return known.factor;
  }
  return std::nullopt;
}

constexpr std::array<Unit, 7> duration_units = {{{"us", 1},
                                                 {"ms", 1'000},
                                                 {"s", 1'000'000},
                                                 {"m", 60'000'000},
                                                 {"min", 60'000'000},
                                                 {"h", 3'600'000'000},
                                                 {"d", 86'400'000'000}}};

tl::unexpected<Error> bad_size(std::string_view text) {
  return fail(ErrorCode::invalid_argument, shown(text) + " is not a size",
              "write bytes with K, M, G or T, as in 512M or 1.5G");
}

}  // namespace

Result<std::uint64_t> parse_bytes(std::string_view text) {
  if (text.size() > longest_text) return bad_size(text);
  const auto number = read_decimal(text);
  if (!number) {
    if (text.starts_with('-')) {
      return fail(ErrorCode::out_of_range, shown(text) + " is negative", "write 512M, or max for no limit");
    }
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    constexpr std::size_t digits_of_63_bits = 19;
    if (digits >= digits_of_63_bits)
      return fail(ErrorCode::out_of_range, shown(text) + " is too large", "write max for no limit");
    return bad_size(text);
  }
  const auto factor = byte_factor(number->rest);
  if (!factor) {
    return fail(ErrorCode::invalid_argument, shown(text) + ": unknown unit " + shown(number->rest),
                "use K, M, G or T (1024-based), as in 512M or 1.5G");
  }
  if (*factor == 1 && !number->fraction.empty()) {
    return fail(ErrorCode::invalid_argument, shown(text) + " is a fraction of a byte",
                "write a whole number or a unit, as in 1.5M");
  }
  const auto value = scaled(*number, *factor);
  if (!value) return fail(ErrorCode::out_of_range, shown(text) + " is too large", "write max for no limit");
  return *value;
}

Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto hint = [least, most] {
    return "write a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  };
  if (text.starts_with('-') && text.size() > 1 && is_digit(text[1])) {
    return fail(ErrorCode::out_of_range, shown(text) + " is negative", hint());
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || !is_digit(text.front()) || end != text.data() + text.size()) {
    return fail(ErrorCode::invalid_argument, shown(text) + " is not a whole number", hint());
  }
  if (error != std::errc() || value < least || value > most) {
    return fail(ErrorCode::out_of_range, shown(text) + " is out of range", hint());
  }
  return value;
}

Result<std::uint64_t> parse_millicores(std::string_view text) {
  constexpr std::uint64_t most_cores = 8192;
  constexpr std::size_t most_digits = 3;
  const auto number = read_decimal(text);
  if (!number || !number->rest.empty() || text.size() > longest_text) {
    if (text.starts_with('-'))
      return fail(ErrorCode::out_of_range, shown(text) + " is negative", "write CPUs as in 1.5 or 0.25");
    return fail(ErrorCode::invalid_argument, shown(text) + " is not a number of CPUs", "write it as in 1.5 or 0.25");
  }
  if (number->fraction.size() > most_digits) {
    return fail(ErrorCode::invalid_argument, shown(text) + " has more than 3 digits after the point",
                "write it as in 0.125");
  }
  if (number->whole > most_cores) {
    return fail(ErrorCode::out_of_range, shown(text) + " is more than " + std::to_string(most_cores) + " CPUs",
                "write a number of CPUs, as in 1.5, or max for no limit");
  }
  const auto value = scaled(*number, millicores_per_core);
  if (!value || *value == 0) {
    return fail(ErrorCode::out_of_range, shown(text) + " CPUs would let nothing run",
                "write at least 0.01, or max for no limit");
  }
  return *value;
}

Result<std::uint64_t> parse_percent(std::string_view text) {
  constexpr std::uint64_t hundred = 100;
  constexpr std::size_t most_digits = 2;
  const auto number = read_decimal(text);
  if (!number || number->rest != "%" || number->fraction.size() > most_digits) {
    return fail(ErrorCode::invalid_argument, shown(text) + " is not a percentage", "write it as in 50% or 12.5%");
  }
  const auto value = number->whole > hundred ? std::nullopt : scaled(*number, hundred);
  if (!value || *value == 0 || *value > hundred * hundred) {
    return fail(ErrorCode::out_of_range, shown(text) + " is out of range", "write more than 0% and at most 100%");
  }
  return *value;
}

Result<std::uint64_t> parse_duration(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::invalid_argument, shown(text) + " is not a duration",
                "write it as in 250us, 20ms, 10s, 5m, 1h30m or 2d");
  };
  if (text.empty() || text.size() > longest_text) return bad();
  std::uint64_t total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    auto number = read_decimal(rest);
    if (!number) return bad();
    std::size_t letters = 0;
    while (letters < number->rest.size() && !is_digit(number->rest[letters])) ++letters;
    const auto name = number->rest.substr(0, letters);
    std::optional<std::uint64_t> part;
    for (const auto& unit : duration_units) {
      if (unit.name == name) part = scaled(*number, unit.factor);
      if (unit.name == name && !part) return fail(ErrorCode::out_of_range, shown(text) + " is too long");
    }
    if (!part) return bad();
    if (*part > largest_number - total) return fail(ErrorCode::out_of_range, shown(text) + " is too long");
    total += *part;
    rest = number->rest.substr(letters);
  }
  return total;
}

Result<std::uint64_t> parse_time_span(std::string_view text) {
  constexpr std::uint64_t second = 1'000'000;
  constexpr std::uint64_t longest_seconds = 36'500ULL * 24 * 3600;
  constexpr std::string_view how = "write it as in 30s, 10m, 1h30m or 2d; a number alone means seconds";
  const auto refused = [&](ErrorCode code, const std::string& why) {
    return fail(code, shown(text) + why, std::string(how));
  };
  if (text.starts_with('-') && text.size() > 1 && is_digit(text[1])) {
    return refused(ErrorCode::out_of_range, " is negative");
  }
  std::uint64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool bare = !text.empty() && is_digit(text.front()) && end == text.data() + text.size();
  const bool too_many = bare && (error != std::errc() || seconds > longest_seconds);
  const auto span = bare ? Result<std::uint64_t>(too_many ? largest_number : seconds * second) : parse_duration(text);
  if (!span && span.error().code == ErrorCode::invalid_argument) {
    return refused(ErrorCode::invalid_argument, " is not a duration");
  }
  if (!span || *span > longest_seconds * second) {
    return refused(ErrorCode::out_of_range, " is more than 36500 days");
  }
  if (*span == 0) return refused(ErrorCode::out_of_range, " is no time at all");
  return *span;
}

Result<bool> parse_flag_value(std::string_view text) {
  if (text == "yes" || text == "true" || text == "on" || text == "1") return true;
  if (text == "no" || text == "false" || text == "off" || text == "0") return false;
  return fail(ErrorCode::invalid_argument, shown(text) + " is neither yes nor no", "write yes or no");
}

std::string print_bytes(std::uint64_t bytes) {
  constexpr std::string_view letters = "KMGTP";
  constexpr std::uint64_t ten = 10;
  if (bytes < kib) return std::to_string(bytes);
  std::uint64_t unit = kib;
  std::size_t letter = 0;
  while (letter + 1 < letters.size() && bytes / unit >= kib) {
    unit *= kib;
    ++letter;
  }
  if (bytes % unit == 0) return std::to_string(bytes / unit) + letters[letter];
  std::uint64_t tenths = bytes / unit * ten + (bytes % unit * ten + unit / 2) / unit;
  if (tenths == kib * ten && letter + 1 < letters.size()) {  // 1023.96K is 1.0M
    tenths = ten;
    ++letter;
  }
  return std::to_string(tenths / ten) + "." + std::to_string(tenths % ten) + letters[letter];
}

std::string print_millicores(std::uint64_t millicores) {
  std::string text = std::to_string(millicores / millicores_per_core);
  if (const auto rest = millicores % millicores_per_core; rest != 0) {
    std::string digits = std::to_string(millicores_per_core + rest).substr(1);
    while (digits.back() == '0') digits.pop_back();
    text += "." + digits;
  }
  return text;
}

std::string print_duration(std::uint64_t microseconds) {
  constexpr std::array<Unit, 6> units = {
      {{"d", 86'400'000'000}, {"h", 3'600'000'000}, {"m", 60'000'000}, {"s", 1'000'000}, {"ms", 1'000}, {"us", 1}}};
  if (microseconds == 0) return "0s";
  std::string text;
  for (const auto& unit : units) {
    if (const auto count = microseconds / unit.factor; count != 0)
      text += std::to_string(count) + std::string(unit.name);
    microseconds %= unit.factor;
  }
  return text;
}

}  // namespace cgroupd
