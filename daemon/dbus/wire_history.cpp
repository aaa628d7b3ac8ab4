// Keys of the contract.
#include "dbus/wire_history.h"

#include <algorithm>
#include <string>
#include <vector>

namespace cgroupd::wire {

namespace {

using ChangeEntry = sdbus::Struct<std::string, std::string, std::string, std::string>;

Result<std::vector<CgroupPath>> decode_names(const Dictionary& entry, const char* key) {
  std::vector<std::string> names;
  take(entry, key, names);
  std::vector<CgroupPath> paths;
  for (const auto& name : names) {
    auto path = CgroupPath::parse(name);
    if (!path) return fail(std::move(path.error()));
    paths.push_back(*std::move(path));
  }
  return paths;
}

Result<void> decode_history_change(const ChangeEntry& entry, HistoryEntry& into) {
  const Limit* const limit = find_limit(entry.get<1>());
  if (limit == nullptr) return {};
  auto cgroup = CgroupPath::parse(entry.get<0>());
  if (!cgroup) return fail(std::move(cgroup.error()));
  auto before = parse_value(*limit, entry.get<2>());
  if (!before) return fail(std::move(before.error()));
  auto after = parse_value(*limit, entry.get<3>());
  if (!after) return fail(std::move(after.error()));
  into.changes.push_back(HistoryChange{
      .cgroup = *std::move(cgroup), .limit = limit, .before = *std::move(before), .after = *std::move(after)});
  return {};
}

Result<void> decode_skipped_limit(const ChangeEntry& entry, HistoryEntry& into) {
  const Limit* const limit = find_limit(entry.get<1>());
  if (limit == nullptr) return {};
  auto cgroup = CgroupPath::parse(entry.get<0>());
  if (!cgroup) return fail(std::move(cgroup.error()));
  auto wanted = parse_value(*limit, entry.get<2>());
  if (!wanted) return fail(std::move(wanted.error()));
  into.skipped.push_back(SkippedLimit{.cgroup = *std::move(cgroup),
                                      .limit = limit,
                                      .wanted = *std::move(wanted),
                                      .why = entry.get<3>(),
                                      .stated_before = {}});
  return {};
}

Result<HistoryEntry> decode_history_entry(const Dictionary& dictionary) {
  HistoryEntry entry;
  std::uint64_t time = 0;
  std::string cause(cause_name(entry.cause));
  take(dictionary, "id", entry.id);
  take(dictionary, "time_usec", time);
  take(dictionary, "cause", cause);
  take(dictionary, "unit", entry.who.unit);
  take(dictionary, "command", entry.who.command);
  entry.time = std::chrono::microseconds(time);
  const auto known = find_cause(cause);
  if (!known) return fail(ErrorCode::unsupported, "the daemon names a cause that this version does not know: " + cause);
  entry.cause = *known;
  if (const auto at = dictionary.find("uid"); at != dictionary.end()) entry.who.uid = at->second.get<std::uint32_t>();
  if (const auto at = dictionary.find("pid"); at != dictionary.end()) {
    entry.who.pid = static_cast<std::int32_t>(at->second.get<std::uint32_t>());
  }
  if (const auto at = dictionary.find("undoes"); at != dictionary.end()) entry.undoes = at->second.get<std::uint64_t>();
  auto made = decode_names(dictionary, "made");
  if (!made) return fail(std::move(made.error()));
  entry.made = *std::move(made);
  auto removed = decode_names(dictionary, "removed");
  if (!removed) return fail(std::move(removed.error()));
  entry.removed = *std::move(removed);
  std::vector<ChangeEntry> skipped;
  take(dictionary, "skipped", skipped);
  for (const auto& one : skipped) {
    if (auto ok = decode_skipped_limit(one, entry); !ok) return fail(std::move(ok.error()));
  }
  std::vector<ChangeEntry> changes;
  take(dictionary, "changes", changes);
  for (const auto& change : changes) {
    if (auto ok = decode_history_change(change, entry); !ok) return fail(std::move(ok.error()));
  }
  return entry;
}

}  // namespace

Result<std::vector<HistoryEntry>> decode_history(const std::vector<Dictionary>& entries) {
  std::vector<HistoryEntry> history;
  try {
    for (const auto& one : entries) {
      auto entry = decode_history_entry(one);
      if (!entry) return fail(std::move(entry.error()));
      history.push_back(*std::move(entry));
    }
  } catch (const sdbus::Error& error) {
    return fail(ErrorCode::failed, "the daemon's answer cannot be read: " + error.getMessage());
  }
  return history;
}

Dictionary encode_entry(const HistoryEntry& entry) {
  const auto names = [](const std::vector<CgroupPath>& cgroups) {
    std::vector<std::string> all;
    for (const auto& cgroup : cgroups) all.push_back(cgroup.str());
    return all;
  };
  std::vector<ChangeEntry> changes;
  for (const auto& change : entry.changes) {
    changes.emplace_back(change.cgroup.str(), std::string(change.limit->file), print_value(change.before),
                         print_value(change.after));
  }
  Dictionary encoded = {{"id", sdbus::Variant(entry.id)},
                        {"time_usec", sdbus::Variant(static_cast<std::uint64_t>(entry.time.count()))},
                        {"cause", sdbus::Variant(std::string(cause_name(entry.cause)))},
                        {"made", sdbus::Variant(names(entry.made))},
                        {"removed", sdbus::Variant(names(entry.removed))},
                        {"changes", sdbus::Variant(changes)}};
  if (entry.who.uid) encoded.emplace("uid", sdbus::Variant(*entry.who.uid));
  if (entry.who.pid) encoded.emplace("pid", sdbus::Variant(static_cast<std::uint32_t>(*entry.who.pid)));
  if (!entry.who.unit.empty()) encoded.emplace("unit", sdbus::Variant(entry.who.unit));
  if (!entry.who.command.empty()) encoded.emplace("command", sdbus::Variant(entry.who.command));
  if (entry.undoes) encoded.emplace("undoes", sdbus::Variant(*entry.undoes));
  std::vector<ChangeEntry> skipped;
  for (const auto& one : entry.skipped)
    skipped.emplace_back(one.cgroup.str(), std::string(one.limit->file), print_value(one.wanted), one.why);
  if (!skipped.empty()) encoded.emplace("skipped", sdbus::Variant(skipped));
  return encoded;
}

Result<HistoryQuery> decode_query(const Options& query) {
  constexpr std::uint64_t most_entries = 1000;
  if (auto ok = require_known(query, {"before", "most", "name"}); !ok) return fail(ok.error());
  HistoryQuery decoded;
  const auto name = option_text(query, "name");
  if (!name) return fail(name.error());
  if (const auto& word = *name) {
    const auto cgroup = CgroupPath::parse(*word);
    if (!cgroup) return fail(cgroup.error());
    decoded.cgroup = *cgroup;
  }
  const auto before = option_number(query, "before");
  if (!before) return fail(before.error());
  decoded.before = *before;
  const auto most = option_number(query, "most");
  if (!most) return fail(most.error());
  if (const auto& number = *most) decoded.most = static_cast<std::uint32_t>(std::min(*number, most_entries));
  return decoded;
}

}  // namespace cgroupd::wire
