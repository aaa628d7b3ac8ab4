// THE LIMIT TABLE: one row a limit. CLI, config, bus, metrics, completion and man page are all made from these rows.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/result.h"

namespace cgroupd {

/// What memory is counted in on every machine this runs on: less would be rounded down to 0 by the kernel
/// (mm/page_counter.c, page_counter_memparse).
inline constexpr std::uint64_t page_bytes = 4096;
/// The shortest CPU quota in µs that the kernel takes (kernel/sched/core.c, min_cfs_quota_period).
inline constexpr std::uint64_t least_quota_us = 1'000;

/// How the value of an interface file is built.
enum class ValueKind {
  bytes,          ///< bytes or "max"; the kernel rounds down to whole pages
  count,          ///< a whole number or "max"
  microseconds,   ///< a whole number of µs
  weight,         ///< a whole number
  flag,           ///< 0 or 1
  bandwidth,      ///< "QUOTA PERIOD" in µs, quota may be "max"
  id_list,        ///< "0-3,7"; empty means whatever the parent has
  device_weight,  ///< "default W" and "MAJ:MIN W" lines
  device_max,     ///< "MAJ:MIN rbps=… wbps=… riops=… wiops=…" lines
};

/// What part of the value a command line flag (or configuration key) speaks about.
enum class FlagPart {
  whole,
  cores,     ///< --cpus: quota as a number of CPUs; the period stays
  quota,     ///< --cpu-quota: µs per period; the period stays
  period,    ///< --cpu-period: µs; the quota stays
  shares,    ///< --cpu-shares: cgroup v1 shares, converted to a weight
  read_bps,  ///< --device-read-bps DEVICE:RATE
  write_bps,
  read_iops,
  write_iops,
};

/// What part of the value a metric shows.
enum class MetricPart {
  whole,    ///< the number as it is; "max" is +Inf
  seconds,  ///< µs shown as seconds
  cores,    ///< quota / period; "max" is +Inf
  period_seconds,
  cpu_count,       ///< how many ids the list has
  device_default,  ///< the default weight
  read_bps,        ///< one sample a device
  write_bps,
  read_iops,
  write_iops,
};

/// The limit's place in the safe order of writes (see plan.h).
enum class Role {
  plain,      ///< independent of every other limit
  hard_max,   ///< memory.max: raised before, lowered after memory.high
  soft_max,   ///< memory.high
  swap_room,  ///< memory.swap.max: room is kept until memory.max is met
  quota,      ///< cpu.max: raised before, lowered after the burst
  burst,      ///< cpu.max.burst: never above the quota
  idle,       ///< cpu.idle: forgets the weight
  weight,     ///< cpu.weight: cannot be written while cpu.idle is 1
};

/// What lowering this limit below what is in use does in the kernel.
enum class Lowering {
  harmless,  ///< nothing is taken away: new use is refused or slowed
  reclaims,  ///< the writing thread reclaims until it fits: may take long, kills nothing (memory.high)
  kills,     ///< reclaims, then the OOM killer runs until it fits (memory.max)
};

/// A command line flag, which is also the configuration key without the dashes.
struct Flag {
  std::string_view name;   ///< without dashes: "memory"
  std::string_view alias;  ///< docker's or podman's other name for the same, or empty
  char letter;             ///< short form, or '\0'
  FlagPart part;
  std::string_view placeholder;  ///< "SIZE", "CPUS", …
  std::string_view help;         ///< one line
};

struct Metric {
  std::string_view name;
  MetricPart part;
  std::string_view help;
};

/// One row. Rows live as long as the program; they are compared by address.
struct Limit {
  std::string_view file;        ///< the interface file, and the key on the bus: "memory.max"
  std::string_view controller;  ///< "memory"
  ValueKind kind;
  Role role;
  Lowering lowering;
  bool may_be_max;      ///< "max" is a legal value
  std::uint64_t least;  ///< inclusive range of the number (bytes, µs, count, weight)
  std::uint64_t most;
  std::string_view unset;             ///< what a fresh cgroup has, in canonical text (limit_value.h)
  std::string_view systemd_property;  ///< systemd.resource-control(5), or empty
  std::string_view since;             ///< kernel that brought the file
  std::string_view help;              ///< one line about the file itself
  std::span<const Flag> flags;
  std::span<const Metric> metrics;
};

/// All rows, in the order they are shown.
std::span<const Limit> all_limits();

/// By interface file ("memory.max"); nullptr when there is none.
const Limit* find_limit(std::string_view file);

/// The first row of that role; of every role but `plain` there is one. nullptr when there is none.
const Limit* limit_of_role(Role role);

/// By interface file; unknown_limit with the nearest name suggested.
Result<const Limit*> require_limit(std::string_view file);

struct FlagMatch {
  const Limit* limit;
  const Flag* flag;
};
/// By flag name or alias, without dashes; limit is nullptr when there is none.
FlagMatch find_flag(std::string_view name);

/// unset takes an interface file or a flag name ("memory.max", "memory", "--memory"); unknown_limit otherwise, and
/// invalid_argument for a flag that says a part only ("--cpu-period", "--device-read-bps"): more would go than was
/// named.
Result<const Limit*> find_limit_by_any_name(std::string_view name);

}  // namespace cgroupd
