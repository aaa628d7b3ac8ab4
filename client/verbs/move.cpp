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

constexpr std::array<std::string_view, 2> examples = {
    "cgctl move web 4711",
    "cgctl move web $(pgrep -u $USER nginx)",
};

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
    if (auto ok = manager.attach(name, now); !ok) return ok;
    rest = rest.subspan(now.size());
  }
  return {};
}

Result<int> act(Session& session) {
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
    .examples = examples,
    .act = act};

}  // namespace cgroupd::client
