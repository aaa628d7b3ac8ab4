// What somebody asks a limit to become: parsed from cgctl's grammar, merged, and resolved against what is in force.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/limit_value.h"
#include "model/limits.h"
#include "model/result.h"

namespace cgroupd {

/// A share of the parent's effective limit, in hundredths of a percent (5000 = 50%).
struct Percent {
  std::uint64_t hundredths = 0;
  friend bool operator==(const Percent&, const Percent&) = default;
};

/// CPUs in thousandths of a core; becomes a quota for whatever period is in force.
struct Millicores {
  std::uint64_t count = 0;
  friend bool operator==(const Millicores&, const Millicores&) = default;
};

using AmountChange = std::variant<Unlimited, std::uint64_t, Percent>;

/// cpu.max: an absent part keeps its value.
struct BandwidthChange {
  std::optional<std::variant<Unlimited, std::uint64_t, Millicores, Percent>> quota;  ///< uint64: µs per period
  std::optional<std::uint64_t> period_us;
  friend bool operator==(const BandwidthChange&, const BandwidthChange&) = default;
};

/// io.weight: an absent default keeps its value; a device without weight goes back to the default.
struct DeviceWeightsChange {
  std::optional<std::uint64_t> default_weight;
  std::map<Device, std::optional<std::uint64_t>> devices;
  friend bool operator==(const DeviceWeightsChange&, const DeviceWeightsChange&) = default;
};

/// io.max: absent parts keep their value.
struct DeviceMaxChange {
  std::optional<Amount> read_bps, write_bps, read_iops, write_iops;
  friend bool operator==(const DeviceMaxChange&, const DeviceMaxChange&) = default;
};
struct DeviceMaximaChange {
  std::map<Device, DeviceMaxChange> devices;
  friend bool operator==(const DeviceMaximaChange&, const DeviceMaximaChange&) = default;
};

/// The wish for one limit; the alternative follows from the row's kind as in Value.
using Change = std::variant<AmountChange, BandwidthChange, IdList, DeviceWeightsChange, DeviceMaximaChange>;
using Changes = std::map<const Limit*, Change>;

/// cgctl's grammar for a whole value, as in `--set FILE=VALUE` and on the bus:
///  bytes "512M" "50%" "max" · count "200" · µs "20ms" or "20000" · flag "yes" · cpu.max "1.5" (CPUs), "50%",
///  "50000 100000", "max", "quota=50000", "period=200000" · lists "0-3,7" · io "8:0 rbps=1M wiops=max, 8:16 …".
/// Errors name the text and the row's file, and show a right one. Ranges are checked.
Result<Change> parse_change(const Limit& limit, std::string_view text);

/// The same for a flag or configuration key, which may speak of a part only (--cpu-period 200000, --device-read-bps
/// 8:0:1M). The message does not name the flag: the caller does, as its user wrote it.
Result<Change> parse_flag_change(const Limit& limit, const Flag& flag, std::string_view text);

/// Adds `change` to `changes`; when the limit is there already the two are joined, or refused when they contradict
/// (--cpus with --cpu-quota). `said` is how the user wrote it, for the message.
Result<void> merge_change(Changes& changes, const Limit& limit, const Change& change, std::string_view said);

/// The same wish in canonical text that parse_change reads back.
std::string print_change(const Change& change);

/// True when the wish needs the parent's effective limit to be resolved.
bool needs_parent(const Change& change);

/// False when the wish says the whole value, so that what is in force makes no difference to resolve_change().
bool needs_in_force(const Change& change);

/// What the parent's effective limit is, for percentages; Unlimited when nothing limits it.
/// Bytes or count; for cpu.max thousandths of a core.
using ParentLimit = Amount;

/// The wish applied to what is in force: pure. out_of_range when the result is (quota below 1 ms, burst, …);
/// invalid_argument when a percentage has nothing to be a share of.
Result<Value> resolve_change(const Limit& limit, const Change& change, const Value& in_force,
                             const ParentLimit& parent);

/// A wish for exactly this value.
Change change_to(const Value& value);

/// A wish that takes away everything `in_force` says about single devices.
Change unset_devices(const Value& in_force);

/// cgroup v1 shares (2…262144) as a v2 weight (1…10000), so that the default 1024 becomes the default 100:
/// 10^((l^2 + 125 l) / 612 - 7/34) with l = log2(shares), as crun >= 1.23 and runc >= 1.3.2 do.
std::uint64_t weight_of_shares(std::uint64_t shares);

}  // namespace cgroupd
