// cgctl doctor: what this host can and cannot do.
#include <array>

#include "cgroupfs/host.h"
#include "client/command_line.h"
#include "client/doctor/collect.h"
#include "client/doctor/findings.h"
#include "client/doctor/report.h"
#include "client/exit_status.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 3> doctor_examples = {
    "cgctl doctor", "cgctl --system doctor", "cgctl doctor --json | jq '.findings[] | select(.ok | not)'"};

Result<int> doctor_act(Session& session) {
  const auto facts = collect_facts(session.line.bus.value_or(is_root_of_the_machine() ? Bus::system : Bus::user));
  const auto findings = judge(facts);
  if (session.output.style().json) {
    session.output.json(doctor_json(findings, facts));
  } else {
    session.output.result(doctor_view(findings, session.output.style()));
  }
  return all_is_fine(findings) ? exit_done : exit_refused;
}

}  // namespace

const Verb doctor_verb = {.name = "doctor",
                          .summary = "what this host can and cannot do, and the command that mends it",
                          .usage = "",
                          .about = "Works without the daemon. Exit status 1 when something is wrong.",
                          .words = Words::none,
                          .takes_limits = false,
                          .needs_limits = false,
                          .options = {},
                          .examples = doctor_examples,
                          .act = doctor_act};

}  // namespace cgroupd::client
