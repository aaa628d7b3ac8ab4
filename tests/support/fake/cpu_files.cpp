// cpu.*
#include <array>
#include <cerrno>

#include "support/fake/machine.h"
#include "support/fake/text.h"

namespace cgroupd::fake {
namespace {

constexpr std::uint64_t least_us = 1'000;                                 // min_cfs_quota_period
constexpr std::uint64_t most_period_us = 1'000'000;                       // max_cfs_quota_period
constexpr std::uint64_t most_runtime_us = (std::uint64_t{1} << 44U) - 1;  // max_cfs_runtime

// tg_set_cfs_bandwidth(): the same check for either file, so whoever writes must keep burst <= quota at each step.
int set_bandwidth(Cpu& cpu, std::uint64_t quota, std::uint64_t period, std::uint64_t burst) {
  if (quota < least_us || period < least_us || period > most_period_us) return EINVAL;
  if (quota != cpu_unlimited && quota > most_runtime_us) return EINVAL;
  if (quota != cpu_unlimited && (burst > quota || burst + quota > most_runtime_us)) return EINVAL;
  cpu.quota_us = quota;
  cpu.period_us = period;
  cpu.burst_us = burst;
  return 0;
}

Text read_max(const Machine&, const Cgroup& cgroup) {
  std::string quota = max_or(cgroup.cpu.quota_us, cpu_unlimited);
  quota.back() = ' ';
  return quota + line(cgroup.cpu.period_us);
}

// cpu_period_quota_parse(): "%20s %llu", so one number keeps the period and letters behind digits are not seen.
int write_max(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto words = words_of(text);
  if (words.empty()) return EINVAL;
  std::uint64_t quota = cpu_unlimited;
  std::uint64_t period = cgroup.cpu.period_us;
  std::string_view first = words[0];
  if (!scan_number(first, quota) && words[0] != "max") return EINVAL;
  if (words.size() > 1) {
    std::string_view second = words[1];
    scan_number(second, period);
  }
  return set_bandwidth(cgroup.cpu, quota, period, cgroup.cpu.burst_us);
}

Text read_burst(const Machine&, const Cgroup& cgroup) {
  return line(cgroup.cpu.burst_us);
}
int write_burst(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto burst = kstrtoull(stripped(text));
  if (!burst) return burst.error();
  if (*burst > most_runtime_us) return EINVAL;
  return set_bandwidth(cgroup.cpu, cgroup.cpu.quota_us, cgroup.cpu.period_us, *burst);
}

// An idle group's weight is WEIGHT_IDLEPRIO, which 6.1 shows as 0 and 6.12 as 1.
Text read_weight(const Machine& machine, const Cgroup& cgroup) {
  if (cgroup.cpu.idle) return line(machine.host.release == Release::v6_1 ? 0 : 1);
  return line(cgroup.cpu.weight);
}

int write_weight(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto weight = kstrtoull(stripped(text));
  if (!weight) return weight.error();
  if (*weight < 1 || *weight > 10'000) return ERANGE;
  if (cgroup.cpu.idle) return EINVAL;
  cgroup.cpu.weight = *weight;
  return 0;
}

Text read_idle(const Machine&, const Cgroup& cgroup) {
  return line(cgroup.cpu.idle ? 1 : 0);
}

// sched_group_set_idle(): leaving idle gives the default weight, not the one before.
int write_idle(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto value = kstrtoint(stripped(text));
  if (!value) return value.error();
  if (*value < 0 || *value > 1) return EINVAL;
  const bool idle = *value == 1;
  if (idle == cgroup.cpu.idle) return 0;
  cgroup.cpu.idle = idle;
  cgroup.cpu.weight = 100;
  return 0;
}

// The first three exist without the controller.
Text read_stat(const Machine& machine, const Cgroup& cgroup) {
  std::string text = flat_keyed(cgroup.cpu_stat, {"usage_usec", "user_usec", "system_usec"});
  if (cgroup.parent != nullptr && has_controller(machine, cgroup, "cpu")) {
    text += flat_keyed(cgroup.cpu_stat, {"nr_periods", "nr_throttled", "throttled_usec", "nr_bursts", "burst_usec"});
  }
  return text;
}

Text read_stat_local(const Machine&, const Cgroup& cgroup) {
  return flat_keyed(cgroup.cpu_stat, {"throttled_usec"});
}

bool is_6_12(const Machine& machine, const Cgroup&) {
  return machine.host.release == Release::v6_12;
}

constexpr std::array files = {
    File{.name = "cpu.stat", .controller = "", .read = read_stat, .on_hierarchy_root = true},
    File{.name = "cpu.stat.local", .controller = "cpu", .read = read_stat_local, .exists = is_6_12},
    File{.name = "cpu.max", .controller = "cpu", .read = read_max, .write = write_max},
    File{.name = "cpu.max.burst", .controller = "cpu", .read = read_burst, .write = write_burst},
    File{.name = "cpu.weight", .controller = "cpu", .read = read_weight, .write = write_weight},
    File{.name = "cpu.idle", .controller = "cpu", .read = read_idle, .write = write_idle},
};

}  // namespace

std::span<const File> cpu_files() {
  return files;
}

}  // namespace cgroupd::fake
