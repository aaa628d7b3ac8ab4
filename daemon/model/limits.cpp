// The rows.
#include "model/limits.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "model/suggest.h"

namespace cgroupd {
namespace {

constexpr std::uint64_t most_bytes = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t most_pids = 4'194'304;  // PID_MAX_LIMIT
constexpr std::uint64_t most_weight = 10'000;
constexpr std::uint64_t most_burst_us = 8'192'000'000;
constexpr char no_letter = '\0';

// Whether what such a flag says is the limit, whatever else its file says.
constexpr bool limits_by_itself(FlagPart part) {
  switch (part) {
    case FlagPart::whole:
    case FlagPart::cores:
    case FlagPart::quota:
    case FlagPart::shares:
      return true;
    case FlagPart::period:
    case FlagPart::read_bps:
    case FlagPart::write_bps:
    case FlagPart::read_iops:
    case FlagPart::write_iops:
      return false;
  }
  return false;
}

constexpr std::array memory_max_flags = {Flag{"memory", "", 'm', FlagPart::whole, "SIZE",
                                              "most memory it may use; beyond it the kernel reclaims, then kills"}};
constexpr std::array memory_high_flags = {Flag{"memory-high", "", no_letter, FlagPart::whole, "SIZE",
                                               "above it the cgroup is slowed and reclaimed, never killed"}};
constexpr std::array memory_low_flags = {Flag{"memory-low", "memory-reservation", no_letter, FlagPart::whole, "SIZE",
                                              "memory that is reclaimed only when there is nothing else"}};
constexpr std::array memory_min_flags = {
    Flag{"memory-min", "", no_letter, FlagPart::whole, "SIZE", "memory that is never reclaimed"}};
constexpr std::array memory_swap_max_flags = {Flag{"memory-swap-max", "", no_letter, FlagPart::whole, "SIZE",
                                                   "most swap, swap alone (docker's --memory-swap is memory + swap)"}};
constexpr std::array memory_oom_group_flags = {Flag{"oom-group", "", no_letter, FlagPart::whole, "yes|no",
                                                    "an OOM kill takes all processes of the cgroup at once"}};
constexpr std::array cpu_max_flags = {
    Flag{"cpus", "", no_letter, FlagPart::cores, "CPUS", "CPU time it may use at most, in CPUs (1.5)"},
    Flag{"cpu-quota", "", no_letter, FlagPart::quota, "USEC", "CPU time per period, in µs or as 50ms"},
    Flag{"cpu-period", "", no_letter, FlagPart::period, "USEC", "length of the period, in µs or as 100ms (1ms to 1s)"}};
constexpr std::array cpu_burst_flags = {Flag{"cpu-burst", "", no_letter, FlagPart::whole, "USEC",
                                             "unused CPU time it may save up for a burst, at most the quota"}};
constexpr std::array cpu_weight_flags = {
    Flag{"cpu-weight", "", no_letter, FlagPart::whole, "N",
         "share of CPU among siblings when CPU is short, 1 to 10000 (default 100)"},
    Flag{"cpu-shares", "", 'c', FlagPart::shares, "N",
         "docker's shares, 2 to 262144, converted so that 1024 is weight 100"}};
constexpr std::array cpu_idle_flags = {
    Flag{"cpu-idle", "", no_letter, FlagPart::whole, "yes|no", "run only when no sibling wants the CPU"}};
constexpr std::array pids_max_flags = {
    Flag{"pids-limit", "pids", no_letter, FlagPart::whole, "N", "most processes and threads"}};
constexpr std::array cpuset_cpus_flags = {
    Flag{"cpuset-cpus", "", no_letter, FlagPart::whole, "LIST", "CPUs it may run on (0-3,7)"}};
constexpr std::array cpuset_mems_flags = {
    Flag{"cpuset-mems", "", no_letter, FlagPart::whole, "LIST", "memory nodes it may use (0,1)"}};
constexpr std::array io_weight_flags = {Flag{"io-weight", "", no_letter, FlagPart::whole, "N",
                                             "share of disk time among siblings, 1 to 10000 (default 100)"}};
constexpr std::array io_max_flags = {
    Flag{"device-read-bps", "", no_letter, FlagPart::read_bps, "DEVICE:SIZE",
         "bytes a second it may read from a device"},
    Flag{"device-write-bps", "", no_letter, FlagPart::write_bps, "DEVICE:SIZE",
         "bytes a second it may write to a device"},
    Flag{"device-read-iops", "", no_letter, FlagPart::read_iops, "DEVICE:N", "reads a second from a device"},
    Flag{"device-write-iops", "", no_letter, FlagPart::write_iops, "DEVICE:N", "writes a second to a device"}};

constexpr std::array memory_max_metrics = {
    Metric{"cgroup_memory_max_bytes", MetricPart::whole, "Hard memory limit (memory.max)"}};
constexpr std::array memory_high_metrics = {
    Metric{"cgroup_memory_high_bytes", MetricPart::whole, "Memory throttling limit (memory.high)"}};
constexpr std::array memory_low_metrics = {
    Metric{"cgroup_memory_low_bytes", MetricPart::whole, "Best-effort memory protection (memory.low)"}};
constexpr std::array memory_min_metrics = {
    Metric{"cgroup_memory_min_bytes", MetricPart::whole, "Hard memory protection (memory.min)"}};
constexpr std::array memory_swap_max_metrics = {
    Metric{"cgroup_memory_swap_max_bytes", MetricPart::whole, "Swap limit, swap alone (memory.swap.max)"}};
constexpr std::array memory_oom_group_metrics = {Metric{
    "cgroup_memory_oom_group", MetricPart::whole, "Whether an OOM kill takes the whole cgroup (memory.oom.group)"}};
constexpr std::array cpu_max_metrics = {
    Metric{"cgroup_cpu_quota_cores", MetricPart::cores, "CPU limit in cores, quota divided by period (cpu.max)"},
    Metric{"cgroup_cpu_period_seconds", MetricPart::period_seconds, "Length of the CPU quota period (cpu.max)"}};
constexpr std::array cpu_burst_metrics = {Metric{"cgroup_cpu_burst_limit_seconds", MetricPart::seconds,
                                                 "CPU time that may be saved up for a burst (cpu.max.burst)"}};
constexpr std::array cpu_weight_metrics = {
    Metric{"cgroup_cpu_weight", MetricPart::whole, "CPU weight among siblings (cpu.weight)"}};
constexpr std::array cpu_idle_metrics = {
    Metric{"cgroup_cpu_idle", MetricPart::whole, "Whether the cgroup runs only on idle CPU time (cpu.idle)"}};
constexpr std::array pids_max_metrics = {
    Metric{"cgroup_pids_max", MetricPart::whole, "Limit of processes and threads (pids.max)"}};
constexpr std::array cpuset_cpus_metrics = {
    Metric{"cgroup_cpuset_cpus", MetricPart::cpu_count, "Number of CPUs asked for, 0 is the parent's (cpuset.cpus)"}};
constexpr std::array cpuset_mems_metrics = {Metric{
    "cgroup_cpuset_mems", MetricPart::cpu_count, "Number of memory nodes asked for, 0 is the parent's (cpuset.mems)"}};
constexpr std::array io_weight_metrics = {
    Metric{"cgroup_io_weight", MetricPart::device_default, "I/O weight among siblings (io.weight)"}};
constexpr std::array io_max_metrics = {Metric{"cgroup_io_max_read_bytes_per_second", MetricPart::read_bps,
                                              "Read bandwidth limit of a device (io.max rbps)"},
                                       Metric{"cgroup_io_max_write_bytes_per_second", MetricPart::write_bps,
                                              "Write bandwidth limit of a device (io.max wbps)"},
                                       Metric{"cgroup_io_max_read_operations_per_second", MetricPart::read_iops,
                                              "Read operations limit of a device (io.max riops)"},
                                       Metric{"cgroup_io_max_write_operations_per_second", MetricPart::write_iops,
                                              "Write operations limit of a device (io.max wiops)"}};

// clang-format off
constexpr std::array table = {
    //    file               controller kind                       role             lowering            max    least most           unset          systemd             since   help
    Limit{"memory.max",       "memory", ValueKind::bytes,          Role::hard_max,  Lowering::kills,    true,  page_bytes, most_bytes,    "max",         "MemoryMax",        "4.5",  "hard memory limit",                      memory_max_flags,       memory_max_metrics},
    Limit{"memory.high",      "memory", ValueKind::bytes,          Role::soft_max,  Lowering::reclaims, true,  page_bytes, most_bytes,    "max",         "MemoryHigh",       "4.5",  "memory throttling limit",                memory_high_flags,      memory_high_metrics},
    Limit{"memory.low",       "memory", ValueKind::bytes,          Role::plain,     Lowering::harmless, true,  0,    most_bytes,    "0",           "MemoryLow",        "4.5",  "best-effort memory protection",          memory_low_flags,       memory_low_metrics},
    Limit{"memory.min",       "memory", ValueKind::bytes,          Role::plain,     Lowering::harmless, true,  0,    most_bytes,    "0",           "MemoryMin",        "4.18", "hard memory protection",                 memory_min_flags,       memory_min_metrics},
    Limit{"memory.swap.max",  "memory", ValueKind::bytes,          Role::swap_room, Lowering::harmless, true,  0,    most_bytes,    "max",         "MemorySwapMax",    "4.5",  "swap limit, swap alone",                 memory_swap_max_flags,  memory_swap_max_metrics},
    Limit{"memory.oom.group", "memory", ValueKind::flag,           Role::plain,     Lowering::harmless, false, 0,    1,             "0",           "",                 "4.19", "an OOM kill takes the whole cgroup",     memory_oom_group_flags, memory_oom_group_metrics},
    Limit{"cpu.max",          "cpu",    ValueKind::bandwidth,      Role::quota,     Lowering::harmless, true,  1000, 8'192'000'000, "max 100000",  "CPUQuota",         "4.15", "CPU quota and period",                   cpu_max_flags,          cpu_max_metrics},
    Limit{"cpu.max.burst",    "cpu",    ValueKind::microseconds,   Role::burst,     Lowering::harmless, false, 0,    most_burst_us, "0",           "",                 "5.14", "CPU time saved up for a burst",          cpu_burst_flags,        cpu_burst_metrics},
    Limit{"cpu.weight",       "cpu",    ValueKind::weight,         Role::weight,    Lowering::harmless, false, 1,    most_weight,   "100",         "CPUWeight",        "4.15", "CPU share among siblings",               cpu_weight_flags,       cpu_weight_metrics},
    Limit{"cpu.idle",         "cpu",    ValueKind::flag,           Role::idle,      Lowering::harmless, false, 0,    1,             "0",           "",                 "5.15", "run only on idle CPU time",              cpu_idle_flags,         cpu_idle_metrics},
    Limit{"pids.max",         "pids",   ValueKind::count,          Role::plain,     Lowering::harmless, true,  1,    most_pids,     "max",         "TasksMax",         "4.5",  "processes and threads",                  pids_max_flags,         pids_max_metrics},
    Limit{"cpuset.cpus",      "cpuset", ValueKind::id_list,        Role::plain,     Lowering::harmless, false, 0,    8191,          "",            "AllowedCPUs",      "5.0",  "CPUs it may run on",                     cpuset_cpus_flags,      cpuset_cpus_metrics},
    Limit{"cpuset.mems",      "cpuset", ValueKind::id_list,        Role::plain,     Lowering::harmless, false, 0,    1023,          "",            "AllowedMemoryNodes", "5.0", "memory nodes it may use",               cpuset_mems_flags,      cpuset_mems_metrics},
    Limit{"io.weight",        "io",     ValueKind::device_weight,  Role::plain,     Lowering::harmless, false, 1,    most_weight,   "default 100", "IOWeight",         "4.5",  "disk share among siblings",              io_weight_flags,        io_weight_metrics},
    Limit{"io.max",           "io",     ValueKind::device_max,     Role::plain,     Lowering::harmless, true,  1,    most_bytes,    "",            "IOReadBandwidthMax", "4.5", "bandwidth and operations of a device",  io_max_flags,           io_max_metrics},
};
// clang-format on

}  // namespace

std::span<const Limit> all_limits() {
  return table;
}

const Limit* find_limit(std::string_view file) {
  const auto* const row = std::ranges::find(table, file, &Limit::file);
  return row == table.end() ? nullptr : row;
}

const Limit* limit_of_role(Role role) {
  const auto* const row = std::ranges::find(table, role, &Limit::role);
  return row == table.end() ? nullptr : row;
}

Result<const Limit*> require_limit(std::string_view file) {
  if (const Limit* const limit = find_limit(file)) return limit;
  std::vector<std::string_view> files;
  for (const auto& row : table) files.push_back(row.file);
  const std::string near = nearest_word(file, files);
  return fail(ErrorCode::unknown_limit, "unknown limit '" + std::string(file.substr(0, 64)) + "'",
              near.empty() ? "a limit is named by its interface file, as in memory.max or pids.max"
                           : "did you mean " + near + "?");
}

FlagMatch find_flag(std::string_view name) {
  for (const auto& row : table) {
    for (const auto& flag : row.flags) {
      if (flag.name == name || (!flag.alias.empty() && flag.alias == name)) return {.limit = &row, .flag = &flag};
    }
  }
  return {.limit = nullptr, .flag = nullptr};
}

Result<const Limit*> find_limit_by_any_name(std::string_view name) {
  const std::string_view bare = name.starts_with("--") ? name.substr(2) : name;
  if (const auto match = find_flag(bare); match.limit != nullptr) {
    if (limits_by_itself(match.flag->part)) return match.limit;
    const std::string file(match.limit->file);
    const std::string_view value = match.flag->part == FlagPart::period ? "100ms" : "DEVICE:max";
    return fail(ErrorCode::invalid_argument, "'" + std::string(name) + "' is only a part of " + file,
                "name " + file + " to take all of it off, or set that part: --" + std::string(match.flag->name) + " " +
                    std::string(value));
  }
  if (const Limit* const limit = find_limit(bare)) return limit;
  std::vector<std::string_view> words;
  for (const auto& row : table) {
    words.push_back(row.file);
    for (const auto& flag : row.flags) words.push_back(flag.name);
  }
  const std::string near = nearest_word(bare, words);
  return fail(ErrorCode::unknown_limit, "unknown limit '" + std::string(name.substr(0, 64)) + "'",
              near.empty() ? "name it by its interface file or flag, as in memory.max or memory"
                           : "did you mean " + near + "?");
}

}  // namespace cgroupd
