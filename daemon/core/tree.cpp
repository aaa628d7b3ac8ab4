// Walking, making, removing.
#include "core/tree.h"

#include <algorithm>
#include <cerrno>
#include <ranges>
#include <string>

#include "cgroupfs/formats.h"
#include "core/diagnosis.h"

namespace cgroupd {
namespace {

void collect(Kernel& kernel, const CgroupPath& top, std::size_t most, std::vector<CgroupPath>& found) {
  const auto names = kernel.children(top);
  if (!names) return;
  for (const auto& name : *names) {
    if (found.size() >= most) return;
    if (top.is_root() && name == supervisor_name) continue;
    const auto child = top.child(name);
    if (!child) continue;
    found.push_back(*child);
    collect(kernel, *child, most, found);
  }
}

constexpr std::size_t everything = 1'000'000;

}  // namespace

Result<void> refuse_reserved(const CgroupPath& cgroup) {
  const std::string_view name = cgroup.str();
  if (name.substr(0, name.find('/')) != supervisor_name) return {};
  return fail(ErrorCode::invalid_argument,
              "'" + std::string(supervisor_name) + "' is where cgroupd keeps its own process", "choose another name");
}

std::vector<CgroupPath> walk(Kernel& kernel, std::size_t most) {
  return walk_beneath(kernel, CgroupPath(), most);
}

std::vector<CgroupPath> walk_beneath(Kernel& kernel, const CgroupPath& top, std::size_t most) {
  std::vector<CgroupPath> found;
  collect(kernel, top, most, found);
  return found;
}

Result<void> hand_down_controllers(Kernel& kernel, const CgroupPath& parent) {
  const auto has = kernel.read(parent, "cgroup.controllers");
  if (!has) return fail(diagnose(kernel, parent, "cgroup.controllers", has.error()));
  const auto gives = kernel.read(parent, "cgroup.subtree_control");
  if (!gives) return fail(gives.error());
  std::string wanted;
  const auto given = words(*gives);
  for (const auto controller : words(*has)) {
    if (std::ranges::find(given, controller) == given.end())
      wanted += (wanted.empty() ? "+" : " +") + std::string(controller);
  }
  if (wanted.empty()) return {};
  const auto procs = kernel.read(parent, "cgroup.procs");
  if (procs && !process_ids(*procs).empty()) {
    return fail(diagnose(kernel, parent, "cgroup.subtree_control",
                         Error{.code = ErrorCode::busy, .message = "", .errno_value = EBUSY}));
  }
  if (auto ok = kernel.write(parent, "cgroup.subtree_control", wanted); !ok) {
    return fail(diagnose(kernel, parent, "cgroup.subtree_control", ok.error()));
  }
  return {};
}

Result<void> hand_down_to(Kernel& kernel, const CgroupPath& cgroup) {
  Result<void> all;
  for (const auto& level : cgroup.ancestors()) {
    // A level that cannot give everything may still give what is missing below.
    if (auto ok = hand_down_controllers(kernel, level); !ok && all) all = ok;
  }
  return all;
}

Result<std::vector<CgroupPath>> make_branch(Kernel& kernel, const CgroupPath& cgroup) {
  std::vector<CgroupPath> path = cgroup.ancestors();
  path.push_back(cgroup);
  std::vector<CgroupPath> made;
  for (const auto& level : path) {
    if (level.is_root()) continue;
    auto ok = hand_down_controllers(kernel, level.parent()).and_then([&] { return kernel.make(level); });
    if (ok) {
      made.push_back(level);
      continue;
    }
    if (ok.error().code == ErrorCode::already_exists && level != cgroup) continue;
    unmake(kernel, made);
    Error error = ok.error();
    if (error.code == ErrorCode::already_exists) {
      error.message = "there is a cgroup named '" + level.str() + "' already";
      error.hint = "change its limits with: cgctl set " + level.str() + " LIMITS";
    } else if (error.code == ErrorCode::limit_exceeded) {
      error.hint = "cgroup.max.descendants or cgroup.max.depth of a cgroup above is reached";
    }
    return fail(std::move(error));
  }
  return made;
}

void unmake(Kernel& kernel, const std::vector<CgroupPath>& made) {
  for (const auto& level : std::views::reverse(made)) {
    [[maybe_unused]] const auto ignored = kernel.remove(level);
  }
}

Result<void> kill_and_remove(Kernel& kernel, const CgroupPath& cgroup, std::chrono::milliseconds within) {
  if (auto ok = kernel.write(cgroup, "cgroup.kill", "1"); !ok)
    return fail(diagnose(kernel, cgroup, "cgroup.kill", ok.error()));
  const auto deadline = std::chrono::steady_clock::now() + within;
  auto events = kernel.read(cgroup, "cgroup.events");
  while (events && keyed_value(*events, "populated") != 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      return fail(
          ErrorCode::busy,
          cgroup.str() + " still holds processes " + std::to_string(within.count()) + " ms after they were killed",
          "a process in uninterruptible sleep (state D) dies when its I/O ends; try again then");
    }
    events = kernel.wait_for_change(cgroup, "cgroup.events", *events, left);
  }
  auto below = walk_beneath(kernel, cgroup, everything);
  below.insert(below.begin(), cgroup);
  for (const auto& level : std::views::reverse(below)) {
    auto ok = kernel.remove(level);
    if (!ok && ok.error().code != ErrorCode::not_found) return fail(diagnose(kernel, level, "", ok.error()));
  }
  return {};
}

}  // namespace cgroupd
