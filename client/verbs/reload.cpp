// cgctl reload: the daemon reads its configuration again.
#include <array>
#include <utility>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 1> examples = {"cgctl reload"};

Result<int> act(Session& session) {
  auto steps = session.manager.reload();
  if (!steps) return fail(std::move(steps.error()));
  report_applied(session, {.changed = {}, .steps = *std::move(steps)}, false);
  return exit_done;
}

}  // namespace

const Verb reload_verb = {.name = "reload",
                          .summary = "let the daemon read cgroupd.conf and cgroups.d again",
                          .usage = "",
                          .about = "With a mistake in any of the files nothing changes, and all of them are told.",
                          .words = Words::none,
                          .takes_limits = false,
                          .needs_limits = false,
                          .options = {},
                          .examples = examples,
                          .act = act};

}  // namespace cgroupd::client
