// Check, remember, remove, make again.
#include "core/removal.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ranges>
#include <utility>

#include "cgroupfs/formats.h"
#include "cgroupfs/limit_file.h"
#include "core/diagnosis.h"
#include "core/executor.h"
#include "core/ownership.h"
#include "core/tree.h"

namespace cgroupd {
namespace {

constexpr std::chrono::seconds kill_patience(10);

// From what a fresh cgroup has to what this one has.
Target as_it_is(Kernel& kernel, const CgroupPath& cgroup) {
  Target target{.cgroup = cgroup, .in_force = {}, .wanted = {}, .in_use = {.memory_bytes = 0}};
  for (const auto& limit : all_limits()) {
    target.in_force.emplace(&limit, unset_value(limit));
    auto value = read_limit(kernel, cgroup, limit);
    if (value && *value != unset_value(limit)) target.wanted.emplace(&limit, *std::move(value));
  }
  // The weight an idle cgroup shows is none that could be written.
  const bool is_idle =
      std::ranges::any_of(target.wanted, [](const auto& entry) { return entry.first->role == Role::idle; });
  if (is_idle) std::erase_if(target.wanted, [](const auto& entry) { return entry.first->role == Role::weight; });
  return target;
}

}  // namespace

Result<void> check_removable(Kernel& kernel, const Removal& removal) {
  if (removal.kill) return {};
  for (const auto& cgroup : removal.cgroups) {
    const auto names = kernel.children(cgroup);
    if (!names) return fail(none_to_remove(kernel, cgroup));
    const auto events = kernel.read(cgroup, "cgroup.events");
    const bool populated = events && keyed_value(*events, "populated").value_or(0) != 0;
    const bool keeps_child = std::ranges::any_of(*names, [&](const std::string& name) {
      const auto child = cgroup.child(name);
      return !child || std::ranges::find(removal.cgroups, *child) == removal.cgroups.end();
    });
    if (!populated && !keeps_child) continue;
    return fail(diagnose(kernel, cgroup, "", Error{.code = ErrorCode::busy, .message = {}, .errno_value = EBUSY}));
  }
  return {};
}

void look_before_removing(Kernel& kernel, Removal& removal) {
  for (const auto& cgroup : removal.cgroups) {
    if (const auto owner = owner_of(kernel, cgroup)) removal.owners.emplace(cgroup, *owner);
  }
  if (!removal.can_be_brought_back()) return;
  std::vector<Target> targets;
  for (const auto& cgroup : removal.cgroups) targets.push_back(as_it_is(kernel, cgroup));
  if (auto plan = make_plan(targets)) removal.limits = *std::move(plan);
}

Result<void> remove_all(Kernel& kernel, const Removal& removal) {
  if (removal.kill && !removal.cgroups.empty()) return kill_and_remove(kernel, removal.cgroups.back(), kill_patience);
  for (const auto& cgroup : removal.cgroups) {
    if (auto ok = kernel.remove(cgroup); !ok) return fail(diagnose(kernel, cgroup, "", ok.error()));
  }
  return {};
}

std::string bring_back(Kernel& kernel, const Removal& removal) {
  if (!removal.can_be_brought_back()) return {};
  std::string left_behind;
  std::vector<CgroupPath> made;
  for (const auto& cgroup : std::views::reverse(removal.cgroups)) {
    if (exists(kernel, cgroup)) continue;
    if (const auto ok = make_branch(kernel, cgroup); !ok) {
      left_behind += "; " + cgroup.str() + " could not be made again: " + ok.error().message;
      continue;
    }
    made.push_back(cgroup);
    if (const auto owner = removal.owners.find(cgroup); owner != removal.owners.end()) [[maybe_unused]]
      const auto ignored = set_owner(kernel, cgroup, owner->second);
  }
  Plan limits;
  for (const auto& step : removal.limits) {
    if (std::ranges::find(made, step.cgroup) != made.end()) limits.push_back(step);
  }
  if (const auto ok = execute(kernel, limits, {}); !ok)
    left_behind += "; what was removed is there again without its limits: " + ok.error().message;
  return left_behind;
}

}  // namespace cgroupd
