// From what is in force to what is wanted: the ordered steps, each with its risk. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/cgroup_path.h"
#include "model/limit_value.h"
#include "model/result.h"

namespace cgroupd {

/// What a step may do beyond writing a number.
enum class Risk {
  none,
  reclaims,  ///< the kernel reclaims in the writing thread: may take long, kills nothing
  kills,     ///< the limit is below what is in use: the OOM killer may run
};

/// What the cgroup uses now; absent = not read.
struct InUse {
  std::optional<std::uint64_t> memory_bytes;  ///< memory.current
};

/// One cgroup's part of a change. `wanted` names only what shall change; `in_force` holds at least those limits and
/// their companions (see companion()).
struct Target {
  CgroupPath cgroup;
  Values in_force;
  Values wanted;
  InUse in_use;
  /// The weight to come back when cpu.idle is switched off (the kernel forgets it: sched_group_set_idle()).
  std::optional<std::uint64_t> remembered_weight = {};
};

/// One limit of one cgroup, moved from one value to another.
struct Step {
  CgroupPath cgroup;
  const Limit* limit = nullptr;
  Value from;
  Value to;
  Risk risk = Risk::none;
  /// What puts the old state back, in order. Usually {limit, from}; cpu.idle also brings its weight back.
  std::vector<std::pair<const Limit*, Value>> undo = {};
};

using Plan = std::vector<Step>;

/// The other limit that must be known to change this one (burst and quota, weight and idle), or nullptr.
const Limit* companion(const Limit& limit);
/// The same, to move it from `from` to `to`: the burst that there is fits a larger quota, too.
const Limit* companion(const Limit& limit, const Value& from, const Value& to);

/// Whether `limit` is a weight that rests, as cpu.idle is on in `in_force`: whatever is read of it then, it comes back
/// with the end of that.
bool rests(const Limit& limit, const Values& in_force);

/// Whether `to` is a smaller number than `from`; "max" is the largest. Lists and per-device values have no direction.
bool lowers(const Value& from, const Value& to);

/// Whether `value` allows more than `most`: as lowers() tells, but of CPU time what counts is how much there is,
/// however long the period.
bool exceeds(const Value& value, const Value& most);

/// Checks that what would be in force afterwards can be (burst within the quota, no weight while idle), and orders the
/// steps so that the kernel accepts each and nothing is squeezed in between (kernel-doc cgroup-v2.rst "Memory", "CPU";
/// kernel/sched/core.c tg_set_cfs_bandwidth):
///  raising first, ancestors to leaves, swap room, max before high, quota before burst, idle off before the weight;
///  then lowering, leaves to ancestors, burst before quota, high before max, swap room last; idle on at the very end.
/// A value that is in force already gives no step.
Result<Plan> make_plan(const std::vector<Target>& targets);

/// "web memory.max 67108864 -> 50331648 (squeezes first)": one line a step, for --plan and the journal. With `force`
/// it is "(may kill)".
std::string print_step(const Step& step, bool force);

}  // namespace cgroupd
