// Reports of what was done.
#include "client/verbs/changed.h"

#include <string>
#include <vector>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/json.h"
#include "client/views.h"

namespace cgroupd::client {

void report_change(Session& session, const CgroupPath& name, const Values& in_force, std::string_view otherwise) {
  if (session.output.style().json) {
    session.output.json(json_of_limits(name.str(), in_force));
    return;
  }
  const auto lines = in_force_lines(name.str(), in_force, session.line.changes);
  for (const auto& line : lines) session.output.done(line);
  if (lines.empty()) session.output.done(name.str() + ": " + std::string(otherwise));
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
