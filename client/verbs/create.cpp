// cgctl create: a managed cgroup.
#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"
#include "client/verbs/wishes.h"

namespace cgroupd::client {
namespace {

constexpr std::array create_options = {
    Option{"if-absent", '\0', "", "if it is there already, only set the limits"},
    Option{"runtime", '\0', "", "until the next boot only"},
    drift_option,
    on_missing_option,
};
constexpr std::array<std::string_view, 4> create_examples = {
    "cgctl create web --memory 512M --cpus 1.5 --pids-limit 200",
    "cgctl create batch/nightly --cpu-idle --memory-high 2G",
    "cgctl create db --if-absent --memory-low 1G",
    "cgctl create job --memory 2G --cpuset-cpus 0-3 --on-missing skip",
};

Result<int> create_act(Session& session) {
  const auto& name = session.line.names.front();
  const bool if_absent = session.line.has("if-absent");
  auto in_force = session.manager.create(name, session.line.changes,
                                         {.if_absent = if_absent,
                                          .runtime = session.line.has("runtime"),
                                          .drift = session.line.drift,
                                          .on_missing = session.line.on_missing});
  if (!in_force) return fail(std::move(in_force.error()));
  report_change(session, name, *in_force, if_absent ? "exists" : "created");
  return exit_done;
}

}  // namespace

const Verb create_verb = {.name = "create",
                          .summary = "make a cgroup",
                          .usage = "NAME [LIMITS]",
                          .about = "NAME may be nested, as in batch/nightly; missing parents are made too.",
                          .words = Words::name,
                          .takes_limits = true,
                          .needs_limits = false,
                          .options = create_options,
                          .examples = create_examples,
                          .act = create_act};

}  // namespace cgroupd::client
