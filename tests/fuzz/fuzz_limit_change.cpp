// The wishes of every row and flag: the first byte chooses it, the rest is what the user typed.
#include "fuzz/input.h"
#include "model/limit_change.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cgroupd;
  if (size == 0) return 0;
  const auto rows = all_limits();
  const Limit& limit = rows[data[0] % rows.size()];
  const auto text = fuzz::text(data + 1, size - 1);
  if (const auto change = parse_change(limit, text)) {
    const auto again = parse_change(limit, print_change(*change));
    fuzz::require(again.has_value() && *again == *change);
    (void)resolve_change(limit, *change, unset_value(limit), Amount(std::uint64_t{1} << 30U)).has_value();
    Changes changes;
    fuzz::require(merge_change(changes, limit, *change, "once").has_value());
    fuzz::require(merge_change(changes, limit, *change, "twice").has_value());
  }
  for (const auto& flag : limit.flags) (void)parse_flag_change(limit, flag, text).has_value();
  if (const auto value = parse_value(limit, text)) fuzz::require(parse_value(limit, print_value(*value)) == *value);
  return 0;
}
