// cgctl move: put running processes into a cgroup.
#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <vector>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/json.h"
#include "client/process.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 2> move_examples = {
    "cgctl move web 4711",
    "cgctl move web $(pgrep -u $USER nginx)",
};

// The system's daemon has no privilege, so it cannot take a process out of somebody else's cgroup; root can.
Result<void> move_ourselves(Manager& manager, const CgroupPath& name, const std::vector<pid_t>& pids,
                            const Error& refusal) {
  const auto directory = manager.open_directory(name);
  if (!directory) return fail(refusal);
  for (const pid_t pid : pids) {
    const auto ok = put_into(*directory, pid);
    if (ok) continue;
    const bool forbidden = ok.error().errno_value == EACCES || ok.error().errno_value == EPERM;
    if (forbidden) return fail(refusal);
    return fail(ok.error().code, "process " + std::to_string(pid) + ": " + ok.error().message);
  }
  return {};
}

Result<void> move(Manager& manager, const CgroupPath& name, const std::vector<pid_t>& pids) {
  std::vector<Descriptor> pidfds;
  for (const pid_t pid : pids) {
    auto pidfd = open_pidfd(pid);
    // Linux before 5.3, or a seccomp filter of a container.
    if (!pidfd && pidfd.error().errno_value == ENOSYS) return manager.attach_pids(name, pids);
    if (!pidfd) return fail(std::move(pidfd.error()));
    pidfds.push_back(std::move(*pidfd));
  }
  // dbus-daemon passes at most 16 descriptors in a message on the system bus (max_message_unix_fds).
  constexpr std::size_t most_at_once = 16;
  for (std::span<const Descriptor> rest(pidfds); !rest.empty();) {
    const auto now = rest.first(std::min(rest.size(), most_at_once));
    if (auto ok = manager.attach(name, now); !ok) {
      if (ok.error().code != ErrorCode::not_authorized) return ok;
      return move_ourselves(manager, name, pids, ok.error());
    }
    rest = rest.subspan(now.size());
  }
  return {};
}

Result<int> move_act(Session& session) {
  const auto& name = session.line.names.front();
  const auto& pids = session.line.pids;
  if (auto ok = move(session.manager, name, pids); !ok) return fail(std::move(ok.error()));
  if (session.output.style().json) session.output.json(json_of_moved(name.str(), pids));
  session.output.done(name.str() + ": " + std::to_string(pids.size()) + (pids.size() == 1 ? " process" : " processes") +
                      " moved in");
  return exit_done;
}

}  // namespace

const Verb move_verb = {
    .name = "move",
    .summary = "move running processes into a cgroup",
    .usage = "NAME PID...",
    .about = "Memory they use already stays charged to where they were; cgctl run charges all of it.",
    .words = Words::name_and_pids,
    .takes_limits = false,
    .needs_limits = false,
    .options = {},
    .examples = move_examples,
    .act = move_act};

}  // namespace cgroupd::client
