// The in-memory hierarchy behind FakeKernel: its state, and how an interface file is described.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "model/limit_value.h"

namespace cgroupd::fake {

/// The Debian kernels the daemon is tested on; where they differ, a test chooses.
enum class Release { v6_1, v6_12 };

/// What the machine has.
struct Host {
  Release release = Release::v6_1;
  std::vector<std::string> controllers = {"cpuset", "cpu", "io", "memory", "pids"};  ///< that reach the delegated root
  std::vector<Device> devices = {{.major = 8, .minor = 0}, {.major = 8, .minor = 16}};
  std::uint64_t cpus = 4;
  std::uint64_t memory_nodes = 1;
  bool swap_accounting = true;
  bool io_weight = true;  ///< the kernel has iocost, and so the file
  bool io_cost =
      true;  ///< iocost is switched on for the disks (io.cost.qos, root only): without, a weight does nothing
};

/// Memory tunables are stored in bytes, in whole pages; this one reads "max" (page_counter.h, PAGE_COUNTER_MAX).
constexpr std::uint64_t page_size = 4096;
constexpr std::uint64_t memory_unlimited = std::uint64_t{INT64_MAX} / page_size * page_size;
constexpr std::uint64_t cpu_unlimited = UINT64_MAX;
constexpr std::uint64_t pids_unlimited = 4'194'304 + 1;  // PIDS_MAX
constexpr std::uint64_t tree_unlimited = INT32_MAX;

struct Process {
  std::uint64_t pid = 0;
  std::string name;
  std::uint64_t memory = 0;
};

struct Memory {
  std::uint64_t max = memory_unlimited, high = memory_unlimited, low = 0, min = 0, swap_max = memory_unlimited;
  std::uint64_t peak = 0;
  bool oom_group = false;
};

using Counters = std::map<std::string, std::uint64_t, std::less<>>;

struct Cpu {
  std::uint64_t weight = 100, quota_us = cpu_unlimited, period_us = 100'000, burst_us = 0;
  bool idle = false;
};

struct Pids {
  std::uint64_t max = pids_unlimited, peak = 0;
};

struct Cpuset {
  std::set<std::uint64_t> cpus, mems;
};

struct Io {
  DeviceWeights weights;
  DeviceMaxima maxima;
};

/// One directory of the hierarchy.
struct Cgroup {
  std::string name;
  Cgroup* parent = nullptr;
  std::map<std::string, std::unique_ptr<Cgroup>> children;
  std::set<std::string, std::less<>> subtree_control;
  std::vector<Process> processes;
  std::map<std::string, std::string> marks;
  std::uint64_t max_descendants = tree_unlimited, max_depth = tree_unlimited;
  std::uint64_t page_cache = 0;   ///< charged here and reclaimable
  std::uint64_t left_behind = 0;  ///< charged here, not reclaimable, and no process of this cgroup holds it
  bool threaded = false, freeze = false, pressure_shown = true;
  Memory memory;
  Cpu cpu;
  Pids pids;
  Cpuset cpuset;
  Io io;
  Counters cpu_stat, memory_events, memory_events_local, pids_events, pids_events_local;
};

struct Machine {
  Host host;
  std::unique_ptr<Cgroup> hierarchy;  ///< the root of all
  Cgroup* delegated = nullptr;
  std::uint64_t next_pid = 4'194'305;  ///< above PID_MAX_LIMIT: never a real process, such as the test itself
};

/// What an interface file gives, or an errno.
using Text = tl::expected<std::string, int>;

/// One interface file. A missing reader or writer is a missing permission, as files 0444 and 0200 show it to a user.
struct File {
  std::string_view name;
  std::string_view controller;  ///< empty: a core file
  Text (*read)(const Machine&, const Cgroup&) = nullptr;
  int (*write)(Machine&, Cgroup&, std::string_view) = nullptr;  ///< 0 or an errno
  bool (*exists)(const Machine&, const Cgroup&) = nullptr;      ///< beyond the controller being there
  bool on_hierarchy_root = false;
  bool delegatable = false;  ///< listed in the kernel's cgroup/delegate: its owner may write it in the delegated root
};

std::span<const File> core_files();
std::span<const File> cpu_files();
std::span<const File> cpuset_files();
std::span<const File> io_files();
std::span<const File> memory_files();
std::span<const File> pids_files();
std::span<const File> pressure_files();

/// nullptr when `cgroup` has no such file now.
const File* find_file(const Machine& machine, const Cgroup& cgroup, std::string_view name);

/// True when `controller`'s interface files are in `cgroup`.
bool has_controller(const Machine& machine, const Cgroup& cgroup, std::string_view controller);
/// What cgroup.controllers lists, in the kernel's order.
std::vector<std::string> controllers_of(const Machine& machine, const Cgroup& cgroup);

bool is_populated(const Cgroup& cgroup);
/// An errno, or 0 when a process may enter (cgroup_migrate_vet_dst).
int vet_entry(const Cgroup& cgroup);
std::string type_of(const Cgroup& cgroup);
int write_subtree_control(Machine& machine, Cgroup& cgroup, std::string_view text);
int make_threaded(Cgroup& cgroup);

void for_each_beneath(const Cgroup& cgroup, const std::function<void(const Cgroup&)>& visit);  ///< itself first
void for_each_beneath(Cgroup& cgroup, const std::function<void(Cgroup&)>& visit);

std::uint64_t memory_in_use(const Cgroup& cgroup);
/// Reclaims and, when that does not suffice, kills until every level fits, as charging does.
void charge(Machine& machine, Cgroup& cgroup);
std::uint64_t reclaim(Cgroup& cgroup, std::uint64_t bytes);
/// Starts a process, unless a level's pids.max forbids it.
std::optional<std::uint64_t> fork_in(Machine& machine, Cgroup& cgroup, std::string_view name);
std::uint64_t tasks_in(const Cgroup& cgroup);
void count_peaks(Cgroup& cgroup);

}  // namespace cgroupd::fake
