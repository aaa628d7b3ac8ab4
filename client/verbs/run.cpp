// cgctl run: a command inside a cgroup.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cgroupfs/formats.h"
#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/files.h"
#include "client/launch.h"
#include "client/process.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"
#include "client/verbs/wishes.h"
#include "client/views.h"

namespace cgroupd::client {
namespace {

constexpr std::array run_options = {on_missing_option};
constexpr std::array<std::string_view, 3> run_examples = {
    "cgctl run web --memory 512M -- ./server --port 8080",
    "cgctl run build --cpus 2 --pids-limit 500 -- make -j8",
    "cgctl run web",
};

std::vector<std::string> command_or_shell(const std::vector<std::string>& command) {
  if (!command.empty()) return command;
  const char* const shell = std::getenv("SHELL");
  return {shell != nullptr && *shell != '\0' ? shell : "/bin/sh"};
}

// The daemon moves the process, itself or through the service manager; believed only when the kernel says so too.
Result<void> place(Manager& manager, const CgroupPath& name, pid_t pid) {
  auto pidfd = open_pidfd(pid);
  if (!pidfd && pidfd.error().errno_value != ENOSYS) return fail(std::move(pidfd.error()));
  const std::array<pid_t, 1> pids = {pid};
  const auto moved = pidfd ? manager.attach(name, std::span(&*pidfd, 1)) : manager.attach_pids(name, pids);
  if (!moved) return fail(moved.error());
  const std::string now = cgroup_of_process(pid);
  if (now.ends_with("/" + name.str())) return {};
  return fail(ErrorCode::failed,
              "the command was to run in " + name.str() + ", but is in '" + now + "'; it was not started");
}

// From the kernel itself: asking the daemon would start one that was stopped, and the command ends then, too.
std::uint64_t oom_kills_in(const Descriptor& directory) {
  return keyed_value(text_in(directory, "memory.events"), "oom_kill").value_or(0);
}

// A cgroup on the way up from the command's, and how often its own limit was reached with nothing left to reclaim.
struct Level {
  std::string name;
  std::string files;  ///< where they are, seen from the command's cgroup
  std::uint64_t ooms = 0;
};

std::uint64_t ooms_of(const Descriptor& directory, const Level& level) {
  return keyed_value(text_in(directory, level.files + "memory.events.local"), "oom").value_or(0);
}

// Nearest first, without the delegated root.
std::vector<Level> levels_from(const Descriptor& directory, CgroupPath cgroup) {
  std::vector<Level> levels;
  for (std::string files; !cgroup.is_root(); cgroup = cgroup.parent(), files += "../") {
    Level& level = levels.emplace_back(Level{.name = cgroup.str(), .files = files});
    level.ooms = ooms_of(directory, level);
  }
  return levels;
}

// Why a command was killed is the first thing its user wants to know.
void explain_oom_kill(Session& session, const Descriptor& directory, std::uint64_t before,
                      const std::vector<Level>& levels, const Ended& ended) {
  const std::uint64_t kills = oom_kills_in(directory);
  if (kills <= before) return;
  constexpr int killed_below = exit_signalled + 9;  // a shell says so of its child
  const bool was_it = ended.killed || ended.exit_status == killed_below;
  const Limit* const limit = find_limit("memory.max");
  const auto limiter =
      std::ranges::find_if(levels, [&](const Level& level) { return ooms_of(directory, level) > level.ooms; });
  std::string why = session.line.names.front().str() + " was out of memory by a limit above it";
  if (limiter != levels.end()) {
    const std::string text = text_in(directory, limiter->files + std::string(limit->file));
    const auto most = parse_value(*limit, std::string_view(text).substr(0, text.find('\n')));
    why = limiter->name + " reached memory.max" + (most ? " " + print_value_for_people(*limit, *most) : "");
  }
  session.output.note(std::string(was_it ? "killed: " : "a process was killed: ") + why + " (memory.events: oom_kill " +
                      std::to_string(kills) + ")");
}

Result<int> run_act(Session& session) {
  const auto& name = session.line.names.front();
  auto made =
      session.manager.create(name, session.line.changes, {.if_absent = true, .on_missing = session.line.on_missing});
  if (!made) return fail(std::move(made.error()));
  report_skipped(session, name.str(), made->skipped);
  const auto directory = session.manager.open_directory(name);
  if (!directory) return fail(directory.error());
  const auto status = session.manager.get(name);
  if (!status) return fail(status.error());
  if (status->frozen)
    session.output.note(name.str() + " is frozen: the command starts when it is thawed: cgctl thaw " + name.str());

  const std::uint64_t kills_before = oom_kills_in(*directory);
  const auto levels = levels_from(*directory, name);
  const auto ended = launch(command_or_shell(session.line.command), name, *directory,
                            [&](pid_t pid) { return place(session.manager, name, pid); });
  if (!ended) return fail(ended.error());
  if (!ended->not_started.empty()) {
    session.output.error({.code = ErrorCode::failed, .message = ended->not_started});
  } else {
    explain_oom_kill(session, *directory, kills_before, levels, *ended);
  }
  return ended->exit_status;
}

}  // namespace

const Verb run_verb = {.name = "run",
                       .summary = "start a command inside a cgroup (made if absent)",
                       .usage = "NAME [LIMITS] [--] [COMMAND [ARGUMENT...]]",
                       .about =
                           "Without COMMAND: a shell. Signals are passed on, the exit status is the command's own\n"
                           "(128 + signal when it was killed, 127 when it was not found). The cgroup stays.",
                       .words = Words::name_and_command,
                       .takes_limits = true,
                       .needs_limits = false,
                       .options = run_options,
                       .examples = run_examples,
                       .act = run_act};

}  // namespace cgroupd::client
