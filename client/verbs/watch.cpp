// cgctl watch: events as they happen.
#include <array>

#include "client/command_line.h"
#include "client/event_view.h"
#include "client/exit_status.h"
#include "client/json.h"
#include "client/text.h"
#include "client/times.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 2> watch_examples = {"cgctl watch", "cgctl watch web --json"};

// What is about the daemon concerns everybody. A name that is none of ours is nobody's.
bool concerns(const Event& event, const std::vector<CgroupPath>& names) {
  if (names.empty() || event.cgroup.empty()) return true;
  const auto cgroup = CgroupPath::parse(event.cgroup);
  return cgroup && names.front().contains(*cgroup);
}

Result<int> watch_act(Session& session) {
  const auto interrupt = session.machine.interrupts();
  if (!interrupt) return fail(interrupt.error());
  auto& output = session.output;
  const auto tell = [&](const Event& event) {
    if (!concerns(event, session.line.names)) return;
    const auto now = session.machine.now();
    if (output.style().json) {
      output.json(json_of_event(event, now));
    } else {
      output.result(print_local_time(now) + "  " + escaped(event_line(event)) + "\n");
    }
    output.flush();
  };
  const auto ended = session.manager.watch(tell, *interrupt);
  if (!ended) return fail(ended.error());
  return exit_done;
}

}  // namespace

const Verb watch_verb = {
    .name = "watch",
    .summary = "events as they happen: changes, drift, leases that end",
    .usage = "[NAME]",
    .about =
        "Of NAME and what is beneath it, or of all cgroups, until ctrl-C. Survives a restart of the daemon,\n"
        "and says so. --json: one object a line, with \"event\", \"cgroup\" and \"time\".",
    .words = Words::optional_name,
    .takes_limits = false,
    .needs_limits = false,
    .options = {},
    .examples = watch_examples,
    .act = watch_act};

}  // namespace cgroupd::client
