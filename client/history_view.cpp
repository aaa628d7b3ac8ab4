// Rows of the history.
#include "client/history_view.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "client/desired_view.h"
#include "client/text.h"
#include "client/times.h"

namespace cgroupd::client {
namespace {

// "dev (cgctl, in app.slice)"; whatever is known of it.
std::string who_text(const Caller& who, const std::function<std::string(std::uint32_t)>& user_name) {
  std::string process = who.command;
  if (process.empty() && who.pid) process = std::to_string(*who.pid);
  if (!who.unit.empty()) process += (process.empty() ? "in " : " in ") + who.unit;
  if (!who.uid) return process.empty() ? "cgroupd" : process;
  return user_name(*who.uid) + (process.empty() ? "" : " (" + process + ")");
}

std::vector<std::string> what_lines(const HistoryEntry& entry) {
  std::vector<std::string> lines;
  if (entry.undoes) lines.push_back("takes back " + std::to_string(*entry.undoes));
  for (const auto& name : entry.made) lines.push_back(name.str() + " created");
  for (const auto& change : entry.changes) {
    // Of what came or went with its cgroup, what limited nothing is not worth a line.
    const bool with_its_cgroup = std::ranges::find(entry.removed, change.cgroup) != entry.removed.end() ||
                                 std::ranges::find(entry.made, change.cgroup) != entry.made.end();
    if (with_its_cgroup && change.before == change.after) continue;
    const std::string after = brief_value(*change.limit, change.after);
    lines.push_back(change.cgroup.str() + " " + std::string(change.limit->file) + " " +
                    (change.before == change.after ? "stays " + after
                                                   : brief_value(*change.limit, change.before) + " -> " + after));
  }
  for (const auto& skipped : entry.skipped) {
    lines.push_back(skipped.cgroup.str() + " " + std::string(skipped.limit->file) + " " +
                    brief_value(*skipped.limit, skipped.wanted) + " skipped: " + reason_alone(skipped.why));
  }
  for (const auto& name : entry.removed) lines.push_back(name.str() + " removed");
  if (lines.empty()) lines.emplace_back("-");
  return lines;
}

}  // namespace

std::string history_view(std::span<const HistoryEntry> entries,
                         const std::function<std::string(std::uint32_t)>& user_name) {
  std::vector<std::vector<std::string>> rows = {{"ID", "WHEN", "WHO", "CAUSE", "WHAT"}};
  for (const auto& entry : entries) {
    std::vector<std::string> row = {std::to_string(entry.id), print_local_time(entry.time),
                                    escaped(who_text(entry.who, user_name)), std::string(cause_name(entry.cause))};
    for (auto& line : what_lines(entry)) {
      row.push_back(escaped(line));
      rows.push_back(std::exchange(row, {"", "", "", ""}));
    }
  }
  return columns(rows);
}

}  // namespace cgroupd::client
