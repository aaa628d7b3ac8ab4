// cgctl list: all cgroups, one a line.
#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/json.h"
#include "client/verbs/verbs.h"
#include "client/views.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 2> list_examples = {"cgctl list", "cgctl list --json | jq -r '.[].name'"};

Result<int> list_act(Session& session) {
  const auto statuses = session.manager.list();
  if (!statuses) return fail(statuses.error());
  if (session.output.style().json) {
    session.output.json(json_of(*statuses));
  } else if (statuses->empty()) {
    session.output.done(empty_view());
  } else {
    session.output.result(list_view(*statuses, session.output.style()));
  }
  return exit_done;
}

}  // namespace

const Verb list_verb = {.name = "list",
                        .summary = "all cgroups, one a line",
                        .usage = "",
                        .about = "",
                        .words = Words::none,
                        .takes_limits = false,
                        .needs_limits = false,
                        .options = {},
                        .examples = list_examples,
                        .act = list_act};

}  // namespace cgroupd::client
