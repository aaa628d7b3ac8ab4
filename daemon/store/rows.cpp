// A line a fact; the first word says which.
#include "store/rows.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "store/lines.h"
#include "store/text_writer.h"

namespace cgroupd {
namespace {

constexpr std::size_t usual_length = 512;

std::optional<std::chrono::microseconds> parse_micros(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::microseconds(number);
}

// A lease's end as the time of day, and how long it had to go: for the next boot, whose clock may be wrong.
std::string print_end_of_day(const Moment& now, std::chrono::microseconds ends) {
  const auto left = ends - now.boot;
  return std::to_string((now.wall + left).count()) + "+" + std::to_string(left.count());
}

// In this boot's time. A clock that was set back makes no lease longer.
std::optional<std::chrono::microseconds> parse_end_of_day(std::string_view text, const Moment& now) {
  const auto plus = text.find('+');
  const auto of_day = parse_micros(text.substr(0, plus));
  if (!of_day) return std::nullopt;
  auto left = *of_day - now.wall;
  if (plus != std::string_view::npos) {
    if (const auto most = parse_micros(text.substr(plus + 1))) left = std::min(left, *most);
  }
  return now.boot + left;
}

void add_skipped(const std::vector<std::string_view>& words, const CgroupPath& cgroup, const Limit& limit,
                 HistoryEntry& into) {
  auto wanted = parse_value(limit, words[3]);
  if (!wanted) return;
  SkippedLimit skipped{.cgroup = cgroup,
                       .limit = &limit,
                       .wanted = *std::move(wanted),
                       .why = std::string(words[4]),
                       .stated_before = {}};
  if (auto before = parse_value(limit, words[5]); before && !words[5].empty())
    skipped.stated_before = *std::move(before);
  into.skipped.push_back(std::move(skipped));
}

}  // namespace

void print_desired(const DesiredCgroup& desired, const Moment& now, std::string_view boot_id, std::string& text) {
  if (desired.made_by) add_line(text, {"made", origin_name(*desired.made_by)});
  if (desired.drift) add_line(text, {"drift", drift_policy_name(*desired.drift)});
  for (const auto& [limit, statements] : desired.statements()) {
    for (const auto& statement : statements) {
      const std::string ends = statement.ends ? std::to_string(statement.ends->count()) : "";
      const std::string of_day = statement.ends ? print_end_of_day(now, *statement.ends) : "";
      if (statement.value) {
        add_line(text, {"limit", limit->file, origin_name(statement.origin), boot_id, ends, of_day,
                        print_value(*statement.value), on_missing_name(statement.on_missing)});
      } else {
        add_line(text, {"limit", limit->file, origin_name(statement.origin), boot_id, ends, of_day});
      }
    }
  }
}

DesiredCgroup parse_desired(std::string_view text, const Moment& now, std::string_view boot_id) {
  constexpr std::size_t without_value = 6;
  DesiredCgroup desired;
  for (const auto& words : read_lines(text)) {
    if (words[0] == "made" && words.size() == 2) desired.made_by = find_origin(words[1]);
    if (words[0] == "drift" && words.size() == 2) {
      if (const auto policy = parse_drift_policy(words[1])) desired.drift = *policy;
    }
    if (words[0] != "limit" || words.size() < without_value) continue;
    const Limit* const limit = find_limit(words[1]);
    const auto origin = find_origin(words[2]);
    const bool this_boot = words[3] == boot_id;
    if (limit == nullptr || !origin || (*origin == Origin::runtime && !this_boot)) continue;
    Statement statement{.origin = *origin, .value = std::nullopt};
    if (words.size() > without_value) {
      auto value = parse_value(*limit, words[without_value]);
      if (!value) continue;
      statement.value = *std::move(value);
    }
    // Written by this version on; without it, the answer was to refuse.
    if (words.size() > without_value + 1)
      statement.on_missing = parse_on_missing(words[without_value + 1]).value_or(OnMissing::refuse);
    const auto ends = *origin == Origin::lease ? parse_micros(words[4]) : std::nullopt;
    if (ends) statement.ends = this_boot ? ends : parse_end_of_day(words[5], now);
    desired.add_stored(*limit, std::move(statement));
  }
  return desired;
}

void print_changes(const HistoryEntry& entry, std::string& text) {
  for (const auto& cgroup : entry.made) add_line(text, {"made", cgroup.str()});
  for (const auto& cgroup : entry.removed) add_line(text, {"removed", cgroup.str()});
  for (const auto& change : entry.changes) {
    add_line(text, {"limit", change.cgroup.str(), change.limit->file, change.stated_before ? "stated" : "found",
                    print_value(change.before), print_value(change.after)});
  }
  for (const auto& skipped : entry.skipped) {
    std::string why = skipped.why;
    std::ranges::replace_if(
        why, [](char c) { return c == '\t' || c == '\n'; }, ' ');
    add_line(text, {"skipped", skipped.cgroup.str(), skipped.limit->file, print_value(skipped.wanted), why,
                    skipped.stated_before ? print_value(*skipped.stated_before) : ""});
  }
}

void parse_changes(std::string_view text, HistoryEntry& into) {
  for (const auto& words : read_lines(text)) {
    const auto cgroup = words.size() > 1 ? CgroupPath::parse(words[1]) : fail(ErrorCode::failed, "");
    if (!cgroup) continue;
    if (words[0] == "made") into.made.push_back(*cgroup);
    if (words[0] == "removed") into.removed.push_back(*cgroup);
    constexpr std::size_t of_a_limit = 6;
    const Limit* const limit = words.size() == of_a_limit ? find_limit(words[2]) : nullptr;
    if (limit == nullptr) continue;
    if (words[0] == "skipped") add_skipped(words, *cgroup, *limit, into);
    if (words[0] != "limit") continue;
    auto before = parse_value(*limit, words[4]);
    auto after = parse_value(*limit, words[5]);
    if (!before || !after) continue;
    into.changes.push_back({.cgroup = *cgroup,
                            .limit = limit,
                            .before = *std::move(before),
                            .after = *std::move(after),
                            .stated_before = words[3] == "stated"});
  }
}

void print_former(const FormerCgroups& former, const Moment& now, std::string_view boot_id, std::string& text) {
  for (const auto& [cgroup, was] : former) {
    std::string lines;
    print_desired(was.desired, now, boot_id, lines);
    for (auto left = std::string_view(lines); !left.empty(); left.remove_prefix(left.find('\n') + 1))
      add_line(text, {"was", cgroup.str(), left.substr(0, left.find('\n'))});
    for (const auto& [limit, statements] : was.desired.statements()) {
      if (statements.empty()) add_line(text, {"was", cgroup.str(), "limit", limit->file});
    }
    if (was.owner) add_line(text, {"was", cgroup.str(), "owner", std::to_string(*was.owner)});
    if (was.desired.empty() && !was.owner) add_line(text, {"was", cgroup.str(), "unstated"});
  }
}

FormerCgroups parse_former(std::string_view text, const Moment& now, std::string_view boot_id) {
  std::map<CgroupPath, std::string> lines;
  FormerCgroups former;
  for (const auto& words : read_lines(text)) {
    constexpr std::size_t without_fact = 2;
    if (words[0] != "was" || words.size() <= without_fact) continue;
    const auto cgroup = CgroupPath::parse(words[1]);
    if (!cgroup) continue;
    const auto fact = words[without_fact];
    // The fact and all words behind it, as they stand in the text.
    const char* const end = words.back().data() + words.back().size();
    lines[*cgroup].append(fact.data(), end).append("\n");
    if (fact == "owner" && words.size() == without_fact + 2) {
      std::uint32_t uid = 0;
      const auto last = words.back();
      const auto [read_to, error] = std::from_chars(last.data(), end, uid);
      if (error == std::errc() && read_to == end) former[*cgroup].owner = uid;
    }
  }
  for (const auto& [cgroup, text_of] : lines) {
    DesiredCgroup& desired = former[cgroup].desired;
    desired = parse_desired(text_of, now, boot_id);
    // Of what ended with its boot, too, it is known that nothing else is stated.
    for (const auto& words : read_lines(text_of)) {
      const Limit* const limit = words[0] == "limit" && words.size() > 1 ? find_limit(words[1]) : nullptr;
      if (limit != nullptr) desired.add_unstated(*limit);
    }
  }
  return former;
}

Rows rows_of(const Record& record, const Moment& now, std::string_view boot_id) {
  Rows rows;
  rows.reserve(first_cgroup + 2 * record.cgroups.size(), usual_length * record.cgroups.size());
  const auto add_number = [&rows](std::optional<std::int64_t> number) {
    if (number) TextWriter(rows.next(), TextWriter::longest_number).add_number(*number);
    rows.end();
  };
  add_number(record.forgotten);
  if (record.entry) {
    const HistoryEntry& entry = *record.entry;
    add_number(entry.id);
    add_number(entry.time.count());
    rows.add(cause_name(entry.cause));
    add_number(entry.undoes);
    add_number(entry.who.uid);
    add_number(entry.who.pid);
    rows.add(entry.who.unit);
    rows.add(entry.who.command);
    print_changes(entry, rows.next());
    print_former(record.former, now, boot_id, rows.next());
    rows.end();
  }
  while (rows.size() < first_cgroup) rows.end();
  for (const auto& [cgroup, desired] : record.cgroups) {
    rows.add(cgroup.str());
    if (desired) print_desired(*desired, now, boot_id, rows.next());
    rows.end();
  }
  return rows;
}

bool are_rows(const Rows& fields) {
  if (fields.size() < first_cgroup || (fields.size() - first_cgroup) % 2 != 0) return false;
  const auto id = fields[1];
  return id.empty() || parse_micros(id).has_value();
}

}  // namespace cgroupd
