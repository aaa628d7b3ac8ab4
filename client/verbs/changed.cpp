// Reports of what was done.
#include "client/verbs/changed.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/json.h"
#include "client/text.h"
#include "client/views.h"

namespace cgroupd::client {
namespace {

// How the daemon words these steps (Transactions); were it otherwise, they would be shown as they are.
constexpr std::string_view made_step = ": make";
constexpr std::string_view removed_step = ": remove";
constexpr std::string_view skipped_step = ": skip ";

}  // namespace

void report_skipped(Session& session, const std::string& name, const std::map<const Limit*, std::string>& skipped) {
  for (const auto& [limit, why] : skipped)
    session.output.warning(name + ": " + std::string(limit->file) + " skipped: " + why);
}

void report_change(Session& session, const CgroupPath& name, const InForce& in_force, std::string_view otherwise) {
  report_skipped(session, name.str(), in_force.skipped);
  if (session.output.style().json) {
    session.output.json(json_of_in_force(name.str(), in_force));
    return;
  }
  const auto lines = in_force_lines(name.str(), in_force.limits, session.line.changes);
  for (const auto& line : lines) session.output.done(line);
  if (lines.empty() && in_force.skipped.empty()) session.output.done(name.str() + ": " + std::string(otherwise));
}

void report_applied(Session& session, const Applied& applied, bool only_planned) {
  auto& output = session.output;
  for (const auto& [name, skipped] : applied.skipped) report_skipped(session, name, skipped);
  if (output.style().json) {
    output.json(only_planned ? json_of_steps(applied.steps) : json_of_applied(applied));
    return;
  }
  if (applied.steps.empty() && applied.changed.empty()) {
    output.done("nothing to do");
    return;
  }
  if (only_planned) {
    for (const auto& step : applied.steps) output.result(escaped(step) + "\n");
    return;
  }
  std::set<std::string_view> shown;
  for (const auto& [name, values] : applied.changed) {
    if (!values.empty()) shown.insert(name);
  }
  // Steps that no value in force speaks of: what was made and removed, and changes of cgroups that are not listed.
  std::vector<std::string> removed;
  for (const auto& step : applied.steps) {
    const auto name = step.substr(0, step.find_first_of(" :"));
    if (step == name + std::string(made_step)) {
      output.done(name + ": created");
    } else if (step == name + std::string(removed_step)) {
      removed.push_back(name + ": removed");
    } else if (step.starts_with(name + std::string(skipped_step))) {
      continue;  // said already
    } else if (!shown.contains(name)) {
      output.done(step);
    }
  }
  for (const auto& [name, values] : applied.changed) {
    for (const auto& line : in_force_lines(name, values, {})) output.done(line);
  }
  for (const auto& line : removed) output.done(line);
}

Result<int> for_each_name(Session& session, std::span<const CgroupPath> names, std::string_view done,
                          const std::function<Result<void>(const CgroupPath&)>& act) {
  int status = exit_done;
  std::vector<std::string> succeeded;
  for (const auto& name : names) {
    if (const auto ok = act(name); !ok) {
      session.output.error(ok.error());
      if (status == exit_done) status = exit_status_of(ok.error());
      if (ok.error().code == ErrorCode::unreachable) break;
      continue;
    }
    succeeded.push_back(name.str());
    session.output.done(name.str() + ": " + std::string(done));
  }
  if (session.output.style().json) session.output.json(json_of_done(done, succeeded));
  return status;
}

}  // namespace cgroupd::client
