// cgctl thaw: let a frozen cgroup run on.
#include <array>

#include "client/command_line.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 1> thaw_examples = {"cgctl thaw batch/nightly"};

Result<int> thaw_act(Session& session) {
  return for_each_name(session, session.line.names, "thawed",
                       [&](const CgroupPath& name) { return session.manager.thaw(name); });
}

}  // namespace

const Verb thaw_verb = {.name = "thaw",
                        .summary = "let a frozen cgroup run on",
                        .usage = "NAME...",
                        .about = "",
                        .words = Words::names,
                        .takes_limits = false,
                        .needs_limits = false,
                        .options = {},
                        .examples = thaw_examples,
                        .act = thaw_act};

}  // namespace cgroupd::client
