// cgctl kill: kill all processes of a cgroup and below.
#include <array>

#include "client/command_line.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 1> kill_examples = {"cgctl kill batch/nightly"};

Result<int> kill_act(Session& session) {
  return for_each_name(session, session.line.names, "killed",
                       [&](const CgroupPath& name) { return session.manager.kill(name); });
}

}  // namespace

const Verb kill_verb = {.name = "kill",
                        .summary = "kill all processes of a cgroup and below",
                        .usage = "NAME...",
                        .about = "The cgroup and its limits stay. Frozen processes are killed too.",
                        .words = Words::names,
                        .takes_limits = false,
                        .needs_limits = false,
                        .options = {},
                        .examples = kill_examples,
                        .act = kill_act};

}  // namespace cgroupd::client
