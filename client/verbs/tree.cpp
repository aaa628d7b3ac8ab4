// cgctl tree: all cgroups as a tree, with use and limits.
#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/json.h"
#include "client/verbs/verbs.h"
#include "client/views.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 1> tree_examples = {"cgctl tree"};

Result<int> tree_act(Session& session) {
  const auto statuses = session.manager.list();
  if (!statuses) return fail(statuses.error());
  if (session.output.style().json) {
    session.output.json(json_of(*statuses));
  } else if (statuses->empty()) {
    session.output.done(empty_view());
  } else {
    session.output.result(tree_view(*statuses, session.output.style()));
  }
  return exit_done;
}

}  // namespace

const Verb tree_verb = {.name = "tree",
                        .summary = "all cgroups as a tree, with use and limits",
                        .usage = "",
                        .about = "",
                        .words = Words::none,
                        .takes_limits = false,
                        .needs_limits = false,
                        .options = {},
                        .examples = tree_examples,
                        .act = tree_act};

}  // namespace cgroupd::client
