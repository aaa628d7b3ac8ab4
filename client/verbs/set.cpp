// cgctl set: change limits of a cgroup.
#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/json.h"
#include "client/text.h"
#include "client/times.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"
#include "client/verbs/wishes.h"

namespace cgroupd::client {
namespace {

constexpr std::array set_options = {
    Option{"for", '\0', "TIME", "for so long only (10m, 1h30m); then what stood before stands again"},
    Option{"runtime", '\0', "", "until the next boot only"},
    Option{"within", '\0', "TIME", "how long lowering memory may take (default 10s)"},
    Option{"force", '\0', "", "lower memory at once, even if processes are killed for it"},
    drift_option,
    on_missing_option,
    Option{"plan", '\0', "", "show the exact writes in order, change nothing"},
};
constexpr std::array<std::string_view, 5> set_examples = {
    "cgctl set web --memory 512M",      "cgctl set web --cpus max --pids-limit 100",
    "cgctl set web --cpus 4 --for 10m", "cgctl set web --memory 256M --plan",
    "cgctl set web --drift report",
};

Result<void> set_check(const CommandLine& line) {
  if (line.changes.empty()) {
    // Only --drift was said: everything else speaks of limits.
    if (line.lease) return needs_a_limit("--for");
    if (line.within) return needs_a_limit("--within");
    if (line.on_missing) return needs_a_limit("--on-missing");
    for (const std::string_view option : {"runtime", "force", "plan"}) {
      if (line.has(option)) return needs_a_limit("--" + std::string(option));
    }
  }
  if (line.lease && line.has("runtime")) {
    return fail(ErrorCode::invalid_argument, "--for contradicts --runtime",
                "a limit with an end is kept across a reboot until then; say one of them");
  }
  return check_lowering(line);
}

Result<int> show_plan(Session& session, const CgroupPath& name, const SetOptions& options_of_set) {
  const auto steps = session.manager.plan(name, session.line.changes, options_of_set);
  if (!steps) return fail(steps.error());
  if (session.output.style().json) {
    session.output.json(json_of_plan(name.str(), *steps));
    return exit_done;
  }
  for (const auto& step : *steps) session.output.result(escaped(step) + "\n");
  if (steps->empty()) session.output.done("nothing to do: " + name.str() + " is like that already");
  return exit_done;
}

Result<int> set_act(Session& session) {
  const auto& name = session.line.names.front();
  const auto& line = session.line;
  const SetOptions wanted = {.force = line.has("force"),
                             .runtime = line.has("runtime"),
                             .within = line.within,
                             .lease = line.lease,
                             .drift = line.drift,
                             .on_missing = line.on_missing};
  if (session.line.has("plan")) return show_plan(session, name, wanted);
  auto in_force = session.manager.set_limits(name, session.line.changes, wanted);
  if (!in_force) return fail(std::move(in_force.error()));
  // (Another policy is no change of a limit.)
  report_change(session, name, *in_force,
                line.drift ? "drift policy " + std::string(drift_policy_name(*line.drift)) : "unchanged");
  if (line.lease) {
    const auto end = session.machine.now() + *line.lease;
    session.output.done(name.str() + ": until " + print_local_time(end) + "; what stands then: cgctl show " +
                        name.str());
  }
  return exit_done;
}

}  // namespace

const Verb set_verb = {
    .name = "set",
    .summary = "change limits; what is not named stays",
    .usage = "NAME LIMITS",
    .about =
        "All limits named are changed, or none; they are kept until somebody says otherwise, across\n"
        "restarts and reboots. What is then in force is read back and shown.",
    .words = Words::name,
    .takes_limits = true,
    .needs_limits = true,
    .options = set_options,
    .examples = set_examples,
    .act = set_act,
    .check = set_check};

}  // namespace cgroupd::client
