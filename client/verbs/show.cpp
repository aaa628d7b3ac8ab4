// cgctl show: everything about one cgroup.
#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/json.h"
#include "client/verbs/verbs.h"
#include "client/views.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 2> show_examples = {
    "cgctl show web",
    "cgctl show web --json | jq '.limits[\"memory.max\"]'",
};

Result<int> show_act(Session& session) {
  const auto status = session.manager.get(session.line.names.front());
  if (!status) return fail(status.error());
  if (session.output.style().json) {
    session.output.json(json_of(*status));
  } else {
    session.output.result(show_view(*status, session.output.style(), session.machine.now()));
  }
  return exit_done;
}

}  // namespace

const Verb show_verb = {
    .name = "show",
    .summary = "limits in force and asked for, use, headroom and events of a cgroup",
    .usage = "NAME",
    .about =
        "Read from the kernel at this moment, beside who asked for it and until when. A limit that somebody\n"
        "else changed is marked as drifted. --json has every limit, use and event.",
    .words = Words::name,
    .takes_limits = false,
    .needs_limits = false,
    .options = {},
    .examples = show_examples,
    .act = show_act};

}  // namespace cgroupd::client
