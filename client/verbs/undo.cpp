// cgctl undo: take a change back.
#include <array>
#include <utility>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"
#include "client/verbs/wishes.h"

namespace cgroupd::client {
namespace {

constexpr std::array undo_options = {
    Option{"plan", '\0', "", "show the exact steps in order, change nothing"},
    Option{"within", '\0', "TIME", "how long lowering memory may take (default 10s)"},
    Option{"force", '\0', "", "lower memory at once, even if processes are killed for it"},
};
constexpr std::array<std::string_view, 2> undo_examples = {"cgctl undo 12", "cgctl undo 12 --plan"};

Result<int> undo_act(Session& session) {
  const auto& line = session.line;
  const bool plan = line.has("plan");
  auto applied = session.manager.undo(line.number, {.plan = plan, .force = line.has("force"), .within = line.within});
  if (!applied) return fail(std::move(applied.error()));
  report_applied(session, *applied, plan);
  return exit_done;
}

}  // namespace

const Verb undo_verb = {.name = "undo",
                        .summary = "take a change back",
                        .usage = "N",
                        .about =
                            "N is the number that cgctl history shows. Refused when what it changed was changed\n"
                            "again since. What it brings back is whose it was: a lease for the rest of its time, a\n"
                            "file's limit until the file says otherwise. It is a change of its own, so it can be\n"
                            "undone, too.",
                        .words = Words::number,
                        .takes_limits = false,
                        .needs_limits = false,
                        .options = undo_options,
                        .examples = undo_examples,
                        .act = undo_act,
                        .check = check_lowering};

}  // namespace cgroupd::client
