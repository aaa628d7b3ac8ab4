// Numbers with units: no text crashes a parser, and what is accepted is in range and printed back.
#include <cstdlib>

#include "fuzz/input.h"
#include "model/quantity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cgroupd;
  const auto text = fuzz::text(data, size);
  if (const auto bytes = parse_bytes(text)) {
    fuzz::require(*bytes <= std::uint64_t{INT64_MAX});
    fuzz::require(parse_bytes(print_bytes(*bytes)).has_value() || *bytes > std::uint64_t{INT64_MAX} / 10 * 9);
  }
  if (const auto millicores = parse_millicores(text))
    fuzz::require(parse_millicores(print_millicores(*millicores)) == *millicores);
  if (const auto duration = parse_duration(text)) fuzz::require(parse_duration(print_duration(*duration)) == *duration);
  if (const auto span = parse_time_span(text))
    fuzz::require(*span > 0 && parse_time_span(print_duration(*span)) == *span);
  if (const auto percent = parse_percent(text)) fuzz::require(*percent > 0 && *percent <= 10'000);
  if (const auto count = parse_count(text, 3, 1000)) fuzz::require(*count >= 3 && *count <= 1000);
  (void)parse_flag_value(text).has_value();
  return 0;
}
