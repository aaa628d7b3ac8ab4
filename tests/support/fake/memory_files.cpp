// memory.*
#include <array>
#include <cerrno>

#include "support/fake/machine.h"
#include "support/fake/text.h"

namespace cgroupd::fake {
namespace {

template <std::uint64_t Memory::*field>
Text read_size(const Machine&, const Cgroup& cgroup) {
  return max_or(cgroup.memory.*field, memory_unlimited);
}

template <std::uint64_t Memory::*field>
int write_size(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto bytes = page_counter_memparse(stripped(text), "max");
  if (!bytes) return bytes.error();
  cgroup.memory.*field = *bytes;
  return 0;
}

// memory_max_write(): the limit is in place first, then the writer reclaims and kills; it never fails for lack of room.
int write_max(Machine& machine, Cgroup& cgroup, std::string_view text) {
  if (const int error = write_size<&Memory::max>(machine, cgroup, text); error != 0) return error;
  const auto use = memory_in_use(cgroup);
  if (use <= cgroup.memory.max) return 0;
  reclaim(cgroup, use - cgroup.memory.max);
  if (memory_in_use(cgroup) > cgroup.memory.max) charge(machine, cgroup);
  return 0;
}

int write_high(Machine& machine, Cgroup& cgroup, std::string_view text) {
  if (const int error = write_size<&Memory::high>(machine, cgroup, text); error != 0) return error;
  const auto use = memory_in_use(cgroup);
  if (use > cgroup.memory.high) reclaim(cgroup, use - cgroup.memory.high);
  return 0;
}

Text read_current(const Machine&, const Cgroup& cgroup) {
  return line(memory_in_use(cgroup));
}
Text read_peak(const Machine&, const Cgroup& cgroup) {
  return line(cgroup.memory.peak);
}
// Since 6.12 any text resets the peak, for that open file only: another reader sees no change.
int write_peak(Machine&, Cgroup&, std::string_view) {
  return 0;
}
bool is_6_12(const Machine& machine, const Cgroup&) {
  return machine.host.release == Release::v6_12;
}
bool is_6_1(const Machine& machine, const Cgroup&) {
  return machine.host.release == Release::v6_1;
}
bool has_swap(const Machine& machine, const Cgroup&) {
  return machine.host.swap_accounting;
}

const std::initializer_list<std::string_view> event_names = {"low", "high", "max", "oom", "oom_kill", "oom_group_kill"};
Text read_events(const Machine&, const Cgroup& cgroup) {
  return flat_keyed(cgroup.memory_events, event_names);
}
Text read_events_local(const Machine&, const Cgroup& cgroup) {
  return flat_keyed(cgroup.memory_events_local, event_names);
}
Text read_swap_events(const Machine&, const Cgroup&) {
  return flat_keyed({}, {"high", "max", "fail"});
}
Text read_zero(const Machine&, const Cgroup&) {
  return line(0);
}

Text read_stat(const Machine&, const Cgroup& cgroup) {
  std::uint64_t file = 0;
  for_each_beneath(cgroup, [&](const Cgroup& each) { file += each.page_cache; });
  return flat_keyed(
      {{"anon", memory_in_use(cgroup) - file}, {"file", file}, {"inactive_file", file}},
      {"anon", "file", "kernel", "sock", "shmem", "file_mapped", "file_dirty", "inactive_anon", "active_anon",
       "inactive_file", "active_file", "unevictable", "slab_reclaimable", "slab_unreclaimable", "slab",
       "workingset_refault_anon", "workingset_refault_file", "pgfault", "pgmajfault"});
}

Text read_oom_group(const Machine&, const Cgroup& cgroup) {
  return line(cgroup.memory.oom_group ? 1 : 0);
}
int write_oom_group(Machine&, Cgroup& cgroup, std::string_view text) {
  const auto value = kstrtoint(stripped(text));
  if (!value) return value.error();
  if (*value != 0 && *value != 1) return EINVAL;
  cgroup.memory.oom_group = *value == 1;
  return 0;
}

// "SIZE", and since 6.12 "SIZE swappiness=N".
int write_reclaim(Machine& machine, Cgroup& cgroup, std::string_view text) {
  const auto words = words_of(text);
  const bool more = words.size() == 2 && words[1].starts_with("swappiness=") && machine.host.release == Release::v6_12;
  if (words.size() != 1 && !more) return EINVAL;
  const auto bytes = page_counter_memparse(words[0], "");
  if (!bytes) return bytes.error();
  return reclaim(cgroup, *bytes) < *bytes ? EAGAIN : 0;
}

constexpr std::array files = {
    File{.name = "memory.current", .controller = "memory", .read = read_current},
    File{.name = "memory.peak", .controller = "memory", .read = read_peak, .exists = is_6_1},
    File{.name = "memory.peak", .controller = "memory", .read = read_peak, .write = write_peak, .exists = is_6_12},
    File{.name = "memory.min",
         .controller = "memory",
         .read = read_size<&Memory::min>,
         .write = write_size<&Memory::min>},
    File{.name = "memory.low",
         .controller = "memory",
         .read = read_size<&Memory::low>,
         .write = write_size<&Memory::low>},
    File{.name = "memory.high", .controller = "memory", .read = read_size<&Memory::high>, .write = write_high},
    File{.name = "memory.max", .controller = "memory", .read = read_size<&Memory::max>, .write = write_max},
    File{.name = "memory.events", .controller = "memory", .read = read_events},
    File{.name = "memory.events.local", .controller = "memory", .read = read_events_local},
    File{.name = "memory.stat", .controller = "memory", .read = read_stat},
    File{.name = "memory.oom.group",
         .controller = "memory",
         .read = read_oom_group,
         .write = write_oom_group,
         .delegatable = true},
    File{.name = "memory.reclaim", .controller = "memory", .write = write_reclaim, .delegatable = true},
    File{.name = "memory.swap.current", .controller = "memory", .read = read_zero, .exists = has_swap},
    File{.name = "memory.swap.max",
         .controller = "memory",
         .read = read_size<&Memory::swap_max>,
         .write = write_size<&Memory::swap_max>,
         .exists = has_swap},
    File{.name = "memory.swap.events", .controller = "memory", .read = read_swap_events, .exists = has_swap},
};

}  // namespace

std::span<const File> memory_files() {
  return files;
}

}  // namespace cgroupd::fake
