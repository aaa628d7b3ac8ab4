// What a limit can be: the value in force, and its canonical text.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/limits.h"
#include "model/result.h"

namespace cgroupd {

/// The word "max": no limit.
struct Unlimited {
  friend bool operator==(const Unlimited&, const Unlimited&) = default;
};

/// A number in the unit of its row (bytes, µs, count, weight, flag), or no limit.
using Amount = std::variant<Unlimited, std::uint64_t>;

/// cpu.max. No quota = no limit. Both in µs.
struct Bandwidth {
  std::optional<std::uint64_t> quota_us;
  std::uint64_t period_us = 100'000;
  friend bool operator==(const Bandwidth&, const Bandwidth&) = default;
};

/// cpuset.*: ids as ordered, merged, inclusive ranges: "0-3,7". Empty = whatever the parent has.
struct IdList {
  std::string ranges;
  std::uint64_t count() const;
  friend bool operator==(const IdList&, const IdList&) = default;
};

/// Whether every id of `some` is one of `all`; an empty list is within every other.
bool is_within(const IdList& some, const IdList& all);

/// A block device as the kernel numbers it.
struct Device {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  friend auto operator<=>(const Device&, const Device&) = default;
};

/// io.weight.
struct DeviceWeights {
  std::uint64_t default_weight = 100;
  std::map<Device, std::uint64_t> devices;
  friend bool operator==(const DeviceWeights&, const DeviceWeights&) = default;
};

/// One line of io.max; absent = no limit. Bytes and operations per second.
struct DeviceMax {
  std::optional<std::uint64_t> read_bps, write_bps, read_iops, write_iops;
  bool empty() const { return !read_bps && !write_bps && !read_iops && !write_iops; }
  friend bool operator==(const DeviceMax&, const DeviceMax&) = default;
};
/// io.max. A device without any limit is not in the map.
struct DeviceMaxima {
  std::map<Device, DeviceMax> devices;
  friend bool operator==(const DeviceMaxima&, const DeviceMaxima&) = default;
};

/// The value of a limit in force. Which alternative it holds follows from the row's kind:
/// Amount for bytes, count, microseconds, weight, flag; else the one named after the kind.
using Value = std::variant<Amount, Bandwidth, IdList, DeviceWeights, DeviceMaxima>;

/// Limits by row, in table order.
using Values = std::map<const Limit*, Value>;

/// Canonical text, machine to machine: "536870912", "max", "50000 100000", "max 100000", "0-3,7",
/// "default 100, 8:0 200", "8:0 rbps=1048576 wbps=max riops=max wiops=max". Lines are joined by ", ".
std::string print_value(const Value& value);

/// Text for people: "512M", "max", "0.5 cpus" …
std::string print_value_for_people(const Limit& limit, const Value& value);

/// Reads canonical text and the kernel's own (lines may end in '\n' instead of ", "). invalid_argument when malformed.
Result<Value> parse_value(const Limit& limit, std::string_view text);

/// The value a fresh cgroup has.
Value unset_value(const Limit& limit);

/// "8:16" to a Device.
Result<Device> parse_device(std::string_view text);
std::string print_device(Device device);

}  // namespace cgroupd
