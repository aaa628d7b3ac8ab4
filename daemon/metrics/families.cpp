// The rows, and how a file's text is taken apart.
#include "metrics/families.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "cgroupfs/formats.h"
#include "metrics/seconds.h"

namespace cgroupd {
namespace {

constexpr FileFamily counter(std::string_view name, std::string_view key, std::string_view help,
                             Scale scale = Scale::one) {
  return {.family = {.name = name, .type = MetricType::counter, .help = help}, .key = key, .scale = scale};
}
constexpr FileFamily gauge(std::string_view name, std::string_view key, std::string_view help,
                           Scale scale = Scale::one) {
  return {.family = {.name = name, .type = MetricType::gauge, .help = help}, .key = key, .scale = scale};
}

constexpr FileFamily for_cadvisor(FileFamily family) {
  family.cadvisor_only = true;
  return family;
}

constexpr std::array cpu_stat = {
    counter("cgroup_cpu_usage_seconds_total", "usage_usec", "CPU time used (cpu.stat usage_usec)", Scale::microseconds),
    counter("cgroup_cpu_user_seconds_total", "user_usec", "CPU time used in user mode (cpu.stat user_usec)",
            Scale::microseconds),
    counter("cgroup_cpu_system_seconds_total", "system_usec", "CPU time used in the kernel (cpu.stat system_usec)",
            Scale::microseconds),
    counter("cgroup_cpu_periods_total", "nr_periods", "CPU quota periods in which something ran (cpu.stat nr_periods)"),
    counter("cgroup_cpu_throttled_periods_total", "nr_throttled",
            "CPU quota periods in which the quota ran out (cpu.stat nr_throttled)"),
    counter("cgroup_cpu_throttled_seconds_total", "throttled_usec",
            "Time spent throttled by the CPU quota (cpu.stat throttled_usec)", Scale::microseconds),
    counter("cgroup_cpu_bursts_total", "nr_bursts", "CPU quota periods with a burst (cpu.stat nr_bursts)"),
    counter("cgroup_cpu_burst_seconds_total", "burst_usec",
            "CPU time used above the quota in bursts (cpu.stat burst_usec)", Scale::microseconds),
};
constexpr std::array memory_current = {
    gauge("cgroup_memory_current_bytes", "", "Memory in use, page cache included (memory.current)")};
constexpr std::array memory_peak = {gauge("cgroup_memory_peak_bytes", "", "Most memory ever in use (memory.peak)")};
constexpr std::array memory_stat = {
    gauge("cgroup_memory_working_set_bytes", "inactive_file",
          "Memory in use less inactive page cache (memory.current - memory.stat inactive_file)", Scale::working_set),
    gauge("cgroup_memory_anon_bytes", "anon", "Anonymous memory (memory.stat anon)"),
    gauge("cgroup_memory_file_bytes", "file", "Page cache (memory.stat file)"),
    gauge("cgroup_memory_kernel_bytes", "kernel", "Kernel memory (memory.stat kernel)"),
    gauge("cgroup_memory_slab_bytes", "slab", "Kernel data structures (memory.stat slab)"),
    gauge("cgroup_memory_sock_bytes", "sock", "Network buffers (memory.stat sock)"),
    gauge("cgroup_memory_shmem_bytes", "shmem", "Page cache backed by swap: tmpfs, shared memory (memory.stat shmem)"),
    gauge("cgroup_memory_file_mapped_bytes", "file_mapped", "Mapped page cache (memory.stat file_mapped)"),
    gauge("cgroup_memory_file_dirty_bytes", "file_dirty", "Page cache not yet written back (memory.stat file_dirty)"),
    gauge("cgroup_memory_file_writeback_bytes", "file_writeback",
          "Page cache being written back (memory.stat file_writeback)"),
    counter("cgroup_memory_page_faults_total", "pgfault", "Page faults (memory.stat pgfault)"),
    counter("cgroup_memory_major_page_faults_total", "pgmajfault",
            "Page faults that needed a read (memory.stat pgmajfault)"),
    counter("cgroup_memory_reclaim_scanned_pages_total", "pgscan", "Pages looked at by reclaim (memory.stat pgscan)"),
    counter("cgroup_memory_reclaimed_pages_total", "pgsteal", "Pages reclaimed (memory.stat pgsteal)"),
    for_cadvisor(gauge("cgroup_memory_active_file_bytes", "active_file", "Active page cache")),
    for_cadvisor(gauge("cgroup_memory_inactive_file_bytes", "inactive_file", "Inactive page cache")),
    for_cadvisor(counter("cgroup_memory_refaulted_file_pages_total", "workingset_refault_file", "Refaults of files")),
    for_cadvisor(
        counter("cgroup_memory_refaulted_anon_pages_total", "workingset_refault_anon", "Refaults of anonymous memory")),
};
constexpr std::array memory_swap = {gauge("cgroup_memory_swap_current_bytes", "", "Swap in use (memory.swap.current)")};
constexpr std::array memory_zswap = {
    gauge("cgroup_memory_zswap_bytes", "", "Memory used by compressed swap (memory.zswap.current)")};
constexpr std::array memory_events = {
    counter("cgroup_memory_events_low_total", "low",
            "Times reclaimed from although below memory.low, here and beneath (memory.events)"),
    counter("cgroup_memory_events_high_total", "high",
            "Times throttled at memory.high, here and beneath (memory.events)"),
    counter("cgroup_memory_events_max_total", "max",
            "Times use was about to pass memory.max, here and beneath (memory.events)"),
    counter("cgroup_memory_events_oom_total", "oom",
            "Times an allocation was about to fail, here and beneath; not a count of kills (memory.events)"),
    counter("cgroup_memory_events_oom_kill_total", "oom_kill",
            "Processes killed by the OOM killer, here and beneath (memory.events)"),
    counter("cgroup_memory_events_oom_group_kill_total", "oom_group_kill",
            "Whole-cgroup OOM kills, here and beneath (memory.events)"),
};
constexpr std::array memory_local_events = {
    counter("cgroup_memory_local_events_low_total", "low",
            "Times reclaimed from although below memory.low, here only (memory.events.local)"),
    counter("cgroup_memory_local_events_high_total", "high",
            "Times throttled at memory.high, here only (memory.events.local)"),
    counter("cgroup_memory_local_events_max_total", "max",
            "Times use was about to pass memory.max, here only (memory.events.local)"),
    counter("cgroup_memory_local_events_oom_total", "oom",
            "Times an allocation was about to fail at this limit; not a count of kills (memory.events.local)"),
    counter("cgroup_memory_local_events_oom_kill_total", "oom_kill",
            "Processes of this very cgroup killed by the OOM killer (memory.events.local)"),
    counter("cgroup_memory_local_events_oom_group_kill_total", "oom_group_kill",
            "OOM kills of this very cgroup as a whole (memory.events.local)"),
};
constexpr std::array pids_current = {gauge("cgroup_pids_current", "", "Processes and threads (pids.current)")};
constexpr std::array pids_peak = {gauge("cgroup_pids_peak", "", "Most processes and threads ever (pids.peak)")};
constexpr std::array pids_events = {
    counter("cgroup_pids_max_events_total", "max",
            "Forks refused; before Linux 6.12 counted where the fork was, not at the limit (pids.events max)")};
constexpr std::array cgroup_procs = {gauge("cgroup_processes", "", "Processes in this very cgroup (cgroup.procs)")};
constexpr std::array cgroup_events = {
    gauge("cgroup_populated", "populated", "Whether there is any process here or beneath (cgroup.events populated)"),
    gauge("cgroup_frozen", "frozen", "Whether everything here and beneath is frozen (cgroup.events frozen)"),
};
constexpr std::array cgroup_stat = {
    gauge("cgroup_descendants", "nr_descendants", "Cgroups beneath this one (cgroup.stat nr_descendants)"),
    gauge("cgroup_dying_descendants", "nr_dying_descendants",
          "Removed cgroups beneath this one that still hold memory (cgroup.stat nr_dying_descendants)"),
};
constexpr std::array io_stat = {
    counter("cgroup_io_read_bytes_total", "rbytes", "Bytes read from a device (io.stat rbytes)"),
    counter("cgroup_io_written_bytes_total", "wbytes", "Bytes written to a device (io.stat wbytes)"),
    counter("cgroup_io_discarded_bytes_total", "dbytes", "Bytes discarded on a device (io.stat dbytes)"),
    counter("cgroup_io_reads_total", "rios", "Read operations on a device (io.stat rios)"),
    counter("cgroup_io_writes_total", "wios", "Write operations on a device (io.stat wios)"),
    counter("cgroup_io_discards_total", "dios", "Discard operations on a device (io.stat dios)"),
};
constexpr std::array cpu_pressure = {
    counter("cgroup_pressure_cpu_waiting_seconds_total", "some",
            "Time in which some task waited for a CPU (cpu.pressure some)", Scale::microseconds),
    counter("cgroup_pressure_cpu_stalled_seconds_total", "full",
            "Time in which all tasks waited for a CPU (cpu.pressure full)", Scale::microseconds),
};
constexpr std::array memory_pressure = {
    counter("cgroup_pressure_memory_waiting_seconds_total", "some",
            "Time in which some task waited for memory (memory.pressure some)", Scale::microseconds),
    counter("cgroup_pressure_memory_stalled_seconds_total", "full",
            "Time in which all tasks waited for memory (memory.pressure full)", Scale::microseconds),
};
constexpr std::array io_pressure = {
    counter("cgroup_pressure_io_waiting_seconds_total", "some",
            "Time in which some task waited for I/O (io.pressure some)", Scale::microseconds),
    counter("cgroup_pressure_io_stalled_seconds_total", "full",
            "Time in which all tasks waited for I/O (io.pressure full)", Scale::microseconds),
};
constexpr std::array irq_pressure = {
    counter("cgroup_pressure_irq_stalled_seconds_total", "full",
            "Time in which all tasks waited for interrupts (irq.pressure full)", Scale::microseconds),
};

constexpr std::array files = {
    StateFile{"cpu.stat", FileFormat::keyed, cpu_stat},
    StateFile{"memory.current", FileFormat::number, memory_current},
    StateFile{"memory.peak", FileFormat::number, memory_peak},
    StateFile{"memory.stat", FileFormat::keyed, memory_stat},
    StateFile{"memory.swap.current", FileFormat::number, memory_swap},
    StateFile{"memory.zswap.current", FileFormat::number, memory_zswap},
    StateFile{"memory.events", FileFormat::keyed, memory_events},
    StateFile{"memory.events.local", FileFormat::keyed, memory_local_events},
    StateFile{"pids.current", FileFormat::number, pids_current},
    StateFile{"pids.peak", FileFormat::number, pids_peak},
    StateFile{"pids.events", FileFormat::keyed, pids_events},
    StateFile{"io.stat", FileFormat::devices, io_stat},
    StateFile{"cpu.pressure", FileFormat::pressure, cpu_pressure},
    StateFile{"memory.pressure", FileFormat::pressure, memory_pressure},
    StateFile{"io.pressure", FileFormat::pressure, io_pressure},
    StateFile{"irq.pressure", FileFormat::pressure, irq_pressure},
    StateFile{"cgroup.procs", FileFormat::lines, cgroup_procs},
    StateFile{"cgroup.events", FileFormat::keyed, cgroup_events},
    StateFile{"cgroup.stat", FileFormat::keyed, cgroup_stat},
};

std::optional<double> scaled(Scale scale, std::uint64_t number, std::optional<double> memory_in_use) {
  const auto value = static_cast<double>(number);
  switch (scale) {
    case Scale::one:
      return value;
    case Scale::microseconds:
      return value / microseconds_per_second;
    case Scale::working_set:
      if (!memory_in_use) return std::nullopt;
      return std::max(0.0, *memory_in_use - value);
  }
  return std::nullopt;
}

// Takes the digits off the front; nothing when there are none, or more than a number has.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  constexpr std::size_t most_digits = 19;
  constexpr std::uint64_t base = 10;
  std::uint64_t number = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits)
    number = number * base + static_cast<std::uint64_t>(text[digits] - '0');
  text.remove_prefix(digits);
  return digits == 0 || digits > most_digits ? std::nullopt : std::optional(number);
}

// Most lines are at their end already, for which a call would be long.
void skip_line(std::string_view& text) {
  text.remove_prefix(text.front() == '\n' ? 1 : std::min(text.find('\n'), text.size() - 1) + 1);
}

template <typename Block>
bool same_block(const char* a, const char* b) {
  Block first;
  Block second;
  std::memcpy(&first, a, sizeof(Block));
  std::memcpy(&second, b, sizeof(Block));
  return first == second;
}

// Whether two texts of `size` bytes are the same. Keys are short, so that a call of memcmp would cost more than the
// comparing; blocks overlap at the end.
bool is_same(const char* a, const char* b, std::size_t size) {
  using Long = std::uint64_t;
  using Short = std::uint32_t;
  if (size >= sizeof(Long)) {
    for (std::size_t at = 0; at + sizeof(Long) <= size; at += sizeof(Long)) {
      if (!same_block<Long>(a + at, b + at)) return false;
    }
    return same_block<Long>(a + size - sizeof(Long), b + size - sizeof(Long));
  }
  if (size >= sizeof(Short))
    return same_block<Short>(a, b) && same_block<Short>(a + size - sizeof(Short), b + size - sizeof(Short));
  return std::equal(a, a + size, b);
}

std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

}  // namespace

std::span<const StateFile> state_files() {
  return files;
}

void StateReader::read(std::string_view text, std::optional<double> memory_in_use, std::vector<Reading>& out) {
  memory_in_use_ = memory_in_use;
  out_ = &out;
  switch (file_.format) {
    case FileFormat::number:
      if (const auto number = single_number(text)) take("", *number, std::nullopt);
      return;
    case FileFormat::keyed:
      return read_keyed(text);
    case FileFormat::lines:
      return take("", static_cast<std::uint64_t>(std::ranges::count(text, '\n')), std::nullopt);
    case FileFormat::pressure:
    case FileFormat::devices:
      return read_pairs(text);
  }
}

void StateReader::read_keyed(std::string_view text) {
  for (std::size_t index = 0; !text.empty(); ++index) {
    const Line& line = line_at(index, text);
    text.remove_prefix(line.key.size());
    if (text.starts_with(' ')) {
      text.remove_prefix(1);
      const auto number = take_number(text);
      const bool is_whole = number && (text.empty() || text.front() == '\n');
      for (const FileFamily* const family : line.families) {
        if (is_whole) take(*family, *number, std::nullopt);
      }
    }
    if (!text.empty()) skip_line(text);
  }
}

const StateReader::Line& StateReader::line_at(std::size_t index, std::string_view text) {
  if (index < lines_.size()) {
    const Line& last = lines_[index];
    const std::size_t size = last.key.size();
    if (text.size() > size && text[size] == ' ' && is_same(text.data(), last.key.data(), size)) return last;
  }
  const std::string_view key = text.substr(0, std::min(text.find_first_of(" \n"), text.size()));
  Line line{.key = std::string(key), .families = {}};
  for (const FileFamily& family : file_.families) {
    if (family.key == key) line.families.push_back(&family);
  }
  // Text that is not the kernel's must not make us remember without end.
  constexpr std::size_t most_lines = 256;
  const std::size_t at = std::min(index, most_lines);
  if (lines_.size() <= at) lines_.resize(at + 1);
  return lines_[at] = std::move(line);
}

// "some avg10=0.00 … total=5" and "8:16 rbytes=1 …": a first word, then KEY=NUMBER words.
void StateReader::read_pairs(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view first = take_word(line);
    if (file_.format == FileFormat::pressure) {
      // The kernel writes the total last, and what is before it is as good as nothing to us.
      const std::string_view last = line.substr(line.rfind(' ') + 1);
      if (last.starts_with("total=")) line = last;
    }
    while (!line.empty()) take_pair(first, take_word(line));
  }
}

void StateReader::take_pair(std::string_view first, std::string_view pair) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view key = pair.substr(0, equals);
  if (file_.format == FileFormat::pressure && key != "total") return;
  const auto number = single_number(pair.substr(equals + 1));
  if (!number) return;
  if (file_.format == FileFormat::pressure) return take(first, *number, std::nullopt);
  if (const Result<Device> device = parse_device(first)) take(key, *number, *device);
}

void StateReader::take(std::string_view key, std::uint64_t number, std::optional<Device> device) {
  for (const FileFamily& family : file_.families) {
    if (family.key == key) take(family, number, device);
  }
}

void StateReader::take(const FileFamily& family, std::uint64_t number, std::optional<Device> device) {
  if (const auto value = scaled(family.scale, number, memory_in_use_))
    out_->push_back(Reading{.family = &family, .device = device, .value = *value});
}

}  // namespace cgroupd
