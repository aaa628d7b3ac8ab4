// cgctl freeze: stop all processes of a cgroup where they are.
#include <array>

#include "client/command_line.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 1> freeze_examples = {"cgctl freeze batch/nightly"};

Result<int> freeze_act(Session& session) {
  return for_each_name(session, session.line.names, "frozen",
                       [&](const CgroupPath& name) { return session.manager.freeze(name); });
}

}  // namespace

const Verb freeze_verb = {.name = "freeze",
                          .summary = "stop all processes of a cgroup where they are",
                          .usage = "NAME...",
                          .about = "Nothing is lost: memory stays, and cgctl thaw lets them run on.",
                          .words = Words::names,
                          .takes_limits = false,
                          .needs_limits = false,
                          .options = {},
                          .examples = freeze_examples,
                          .act = freeze_act};

}  // namespace cgroupd::client
