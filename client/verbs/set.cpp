// cgctl set: change limits of a cgroup.
#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/json.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array options = {
    Option{"plan", '\0', "", "show the exact writes in order, change nothing"},
    Option{"force", '\0', "", "lower memory at once, even if processes are killed for it"},
};
constexpr std::array<std::string_view, 3> examples = {
    "cgctl set web --memory 512M",
    "cgctl set web --cpus max --pids-limit 100",
    "cgctl set web --memory 256M --plan",
};

Result<int> show_plan(Session& session, const CgroupPath& name, const SetOptions& options_of_set) {
  const auto steps = session.manager.plan(name, session.line.changes, options_of_set);
  if (!steps) return fail(steps.error());
  if (session.output.style().json) {
    session.output.json(json_of_plan(name.str(), *steps));
    return exit_done;
  }
  std::string text;
  for (const auto& step : *steps) text += step + "\n";
  session.output.result(text);
  if (steps->empty()) session.output.done("nothing to do: " + name.str() + " is like that already");
  return exit_done;
}

Result<int> act(Session& session) {
  const auto& name = session.line.names.front();
  const SetOptions wanted = {.force = session.line.has("force")};
  if (session.line.has("plan")) return show_plan(session, name, wanted);
  auto in_force = session.manager.set_limits(name, session.line.changes, wanted);
  if (!in_force) return fail(std::move(in_force.error()));
  report_change(session, name, *in_force, "unchanged");
  return exit_done;
}

}  // namespace

const Verb set_verb = {.name = "set",
                       .summary = "change limits; what is not named stays",
                       .usage = "NAME LIMITS",
                       .about = "All limits named are changed, or none. What is then in force is read back and shown.",
                       .words = Words::name,
                       .takes_limits = true,
                       .needs_limits = true,
                       .options = options,
                       .examples = examples,
                       .act = act};

}  // namespace cgroupd::client
