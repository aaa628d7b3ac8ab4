// cgctl history: who changed what, and when.
#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/history_view.h"
#include "client/json.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array history_options = {
    Option{"last", '\0', "N", "the latest N changes only, 1 to 1000 (default 100)"},
};
constexpr std::array<std::string_view, 2> history_examples = {"cgctl history web", "cgctl history --last 20"};

Result<int> history_act(Session& session) {
  HistoryQuery query;
  if (!session.line.names.empty()) query.cgroup = session.line.names.front();
  if (session.line.last) query.most = *session.line.last;
  const auto entries = session.manager.history(query);
  if (!entries) return fail(entries.error());
  if (session.output.style().json) {
    session.output.json(json_of_history(*entries));
  } else if (entries->empty()) {
    session.output.done(query.cgroup ? "no changes of " + query.cgroup->str() + " are known" : "no changes yet");
  } else {
    session.output.result(history_view(*entries, session.machine.user_name));
  }
  return exit_done;
}

}  // namespace

const Verb history_verb = {
    .name = "history",
    .summary = "who changed what, and when",
    .usage = "[NAME]",
    .about = "Newest first, drift and the ends of leases included. The number in front is for cgctl undo.",
    .words = Words::optional_name,
    .takes_limits = false,
    .needs_limits = false,
    .options = history_options,
    .examples = history_examples,
    .act = history_act};

}  // namespace cgroupd::client
