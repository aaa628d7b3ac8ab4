// From the best evidence to the worst.
#include "core/likely_writer.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace cgroupd {
namespace {

constexpr std::array<std::string_view, 12> managers = {"crun",  "runc",   "podman", "conmon", "dockerd",   "docker",
                                                       "cgset", "cgexec", "lxc",    "youki",  "systemctl", "buildah"};
constexpr std::array<std::string_view, 6> shells = {"bash", "sh", "dash", "zsh", "fish", "ksh"};
constexpr std::chrono::milliseconds young(2000);

template <typename Names>
bool is_one_of(const Names& names, const std::string& command) {
  return std::ranges::find(names, std::string_view(command)) != names.end();
}

std::string label(const Process& process) {
  return process.command + " (" + std::to_string(process.pid) + ")";
}

}  // namespace

std::string likely_writer(const Traces& traces) {
  if (traces.while_away) return "unknown: it happened while cgroupd was not running";
  if (traces.controller_was_switched)
    return "probably whoever switched the controller off and on in cgroup.subtree_control above";
  const auto first = [&](auto fits) {
    const auto at = std::ranges::find_if(traces.processes, fits);
    return at == traces.processes.end() ? nullptr : &*at;
  };
  if (const auto* const found = first([](const Process& process) { return is_one_of(managers, process.command); }))
    return "probably " + label(*found) + ": it manages cgroups and runs now";
  if (const auto* const found =
          first([](const Process& process) { return process.age < young && !is_one_of(shells, process.command); }))
    return "perhaps " + label(*found) + ": it was started just before";
  if (const auto* const found =
          first([](const Process& process) { return process.has_terminal && is_one_of(shells, process.command); }))
    return "perhaps " + label(*found) + ": a shell at a terminal of the user who may write there";
  return "unknown: a process of user " + std::to_string(traces.uid) + ", who alone may write there (or root)";
}

}  // namespace cgroupd
