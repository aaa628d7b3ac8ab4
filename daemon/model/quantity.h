// Human text to numbers and back ("512M", "1.5", "50%", "max"): the only such parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/result.h"

namespace cgroupd {

/// Thousandths of a core in a core.
inline constexpr std::uint64_t millicores_per_core = 1000;

/// Bytes: digits with an optional fraction and an optional unit K, M, G, T, P (1024-based, either case), also written
/// KB, KiB, … or B. No sign, no exponent, no hex, no blanks. invalid_argument names the text and shows a right one;
/// out_of_range when it does not fit in 63 bits.
Result<std::uint64_t> parse_bytes(std::string_view text);

/// A whole number in plain decimal digits, with an inclusive range.
Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t least, std::uint64_t most);

/// CPUs as a decimal ("1.5", "0.25"), at most 3 digits after the point; in thousandths of a core. 0 is out_of_range.
Result<std::uint64_t> parse_millicores(std::string_view text);

/// "50%" (0 < p <= 100, at most 2 decimals) in hundredths of a percent.
Result<std::uint64_t> parse_percent(std::string_view text);

/// A duration: "250us", "20ms", "10s", "5m", "2h", "1d" and sums such as "1h30m"; a bare number is refused.
/// Microseconds.
Result<std::uint64_t> parse_duration(std::string_view text);

/// How long something lasts or may take: as parse_duration(), or a bare whole number of seconds; more than nothing, at
/// most 36500 days, so that it can be added to any clock. Microseconds. out_of_range for 0 and what is negative.
Result<std::uint64_t> parse_time_span(std::string_view text);

/// yes/no, true/false, on/off, 1/0.
Result<bool> parse_flag_value(std::string_view text);

/// "512M" for exact multiples, else with one decimal ("1.5G", "4.8M"), "0" for nothing.
std::string print_bytes(std::uint64_t bytes);
/// "1.5" for 1500.
std::string print_millicores(std::uint64_t millicores);
/// "10m", "1h30m", "20ms": the largest units first, exact.
std::string print_duration(std::uint64_t microseconds);

}  // namespace cgroupd
