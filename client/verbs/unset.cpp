// cgctl unset: take limits off.
#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 2> unset_examples = {
    "cgctl unset web memory.max pids.max",
    "cgctl unset web --cpus --memory",
};

Result<int> unset_act(Session& session) {
  const auto& name = session.line.names.front();
  auto in_force = session.manager.unset(name, session.line.limits);
  if (!in_force) return fail(std::move(in_force.error()));
  report_change(session, name, {.limits = *in_force}, "unchanged");
  return exit_done;
}

}  // namespace

const Verb unset_verb = {
    .name = "unset",
    .summary = "put limits back to what a fresh cgroup has",
    .usage = "NAME LIMIT...",
    .about = "A LIMIT is an interface file (memory.max) or a flag (--memory); cgctl set --help lists them.",
    .words = Words::name_and_limits,
    .takes_limits = false,
    .needs_limits = false,
    .options = {},
    .examples = unset_examples,
    .act = unset_act};

}  // namespace cgroupd::client
