// One entry of the history for one change.
#include "core/recording.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace cgroupd {
namespace {

// What a change's entry in the history tells by itself: a user's statement, of what was in force.
bool is_plain(const std::vector<Statement>& statements, const Value* in_force) {
  if (statements.size() != 1) return false;
  const Statement& only = statements.front();
  return only.origin == Origin::user && only.value && only.on_missing == OnMissing::refuse &&
         (in_force == nullptr || *only.value == *in_force);
}

// The limits that a change's entry in the history has a row for already.
class Mentioned {
 public:
  Mentioned(const Plan& plan, const std::vector<SkippedLimit>& skipped) {
    rows_.reserve(plan.size() + skipped.size());
    for (const auto& step : plan) rows_.push_back({{step.cgroup.str(), step.limit}, &step.from});
    for (const auto& one : skipped) rows_.push_back({{one.cgroup.str(), one.limit}, nullptr});
    std::ranges::sort(rows_, {}, &Row::what);
  }
  bool contains(const CgroupPath& cgroup, const Limit* limit) const { return find(cgroup, limit) != nullptr; }
  /// What was in force before; nullptr when nothing was written.
  const Value* from(const CgroupPath& cgroup, const Limit* limit) const {
    const Row* const row = find(cgroup, limit);
    return row == nullptr ? nullptr : row->from;
  }

 private:
  struct Row {
    std::pair<std::string_view, const Limit*> what;
    const Value* from = nullptr;
  };
  const Row* find(const CgroupPath& cgroup, const Limit* limit) const {
    const std::pair<std::string_view, const Limit*> what(cgroup.str(), limit);
    const auto at = std::ranges::lower_bound(rows_, what, {}, &Row::what);
    return at == rows_.end() || at->what != what ? nullptr : &*at;
  }
  std::vector<Row> rows_;
};

// What is stated for good from now on, or no more, is a change as well though nothing had to be written for it.
void note_statements(Work& work, const DesiredState& desired, const Mentioned& mentioned) {
  if (!work.is_asked()) return;
  const auto lasts = [](const Statement* statement) {
    return statement != nullptr && statement->origin != Origin::runtime && statement->origin != Origin::lease;
  };
  for (const auto& part : work.parts) {
    if (part.remove || part.make || !part.desired) continue;
    const DesiredCgroup& before = desired_of(desired, part.cgroup);
    for (const Limit* const limit : before.differing(*part.desired)) {
      const Statement* const stood = before.standing(*limit);
      const Statement* const stands = part.desired->standing(*limit);
      const auto wanted = part.wanted.find(limit);
      const bool lasted = lasts(stood) && stands != nullptr && stood->value == stands->value;
      if (lasted || (stands != nullptr && !lasts(stands))) continue;
      if (wanted == part.wanted.end() || mentioned.contains(part.cgroup, limit)) continue;
      work.noted.push_back({.cgroup = part.cgroup,
                            .limit = limit,
                            .before = stood != nullptr ? stood->value.value_or(wanted->second) : wanted->second,
                            .after = wanted->second,
                            .stated_before = stood != nullptr});
    }
  }
}

// Of a lease's end it is what was in force that comes back: the lease is over.
FormerCgroups former_of(const Work& work, const Removal& removal, const DesiredState& desired,
                        const Mentioned& mentioned) {
  FormerCgroups former;
  if (work.cause == Cause::lease) return former;
  for (const auto& part : work.parts) {
    const DesiredCgroup& before = desired_of(desired, part.cgroup);
    if (part.remove) {
      Former& was = former[part.cgroup];
      was.desired = before;
      const auto owner = removal.owners.find(part.cgroup);
      if (owner != removal.owners.end()) was.owner = owner->second;
      continue;
    }
    if (part.make && part.owner) former[part.cgroup].owner = part.owner;
    if (!part.desired) continue;
    auto limits = before.differing(*part.desired);
    // Woken, a cgroup gets its weight back, which nobody named.
    const Limit* const weight = limit_of_role(Role::weight);
    if (part.wanted.contains(limit_of_role(Role::idle)) && !part.wanted.contains(weight)) limits.push_back(weight);
    for (const Limit* const limit : limits) {
      const bool has_row = mentioned.contains(part.cgroup, limit);
      const auto stated = before.statements().find(limit);
      if (stated == before.statements().end()) {
        if (!has_row) former[part.cgroup].desired.add_unstated(*limit);
        continue;
      }
      if (has_row && is_plain(stated->second, mentioned.from(part.cgroup, limit))) continue;
      for (const auto& statement : stated->second) former[part.cgroup].desired.add_stored(*limit, statement);
    }
  }
  return former;
}

}  // namespace

Record record_of(Work& work, const Applied& applied, const DesiredState& before, const Moment& now) {
  Record record;
  record.durable = work.durable;
  const Mentioned mentioned(applied.plan, work.skipped);
  note_statements(work, before, mentioned);
  record.former = former_of(work, applied.removal, before, mentioned);
  for (auto& part : work.parts) record.cgroups.insert_or_assign(part.cgroup, std::move(part.desired));
  HistoryEntry& entry = record.entry.emplace();
  entry.id = applied.id;
  entry.time = now.wall;
  entry.who = std::move(work.who);
  entry.cause = work.cause;
  entry.undoes = work.undoes;
  entry.made = applied.made;
  entry.removed = applied.removal.cgroups;
  entry.skipped = work.skipped;
  entry.changes.reserve(work.noted.size() + applied.plan.size());
  for (std::size_t i = 0; i < applied.plan.size(); ++i) {
    const Step& step = applied.plan[i];
    HistoryChange& change = entry.changes.emplace_back();
    change.cgroup = step.cgroup;
    change.limit = step.limit;
    change.before = step.from;
    change.after = applied.in_force[i];
    change.stated_before = desired_of(before, step.cgroup).standing(*step.limit) != nullptr;
  }
  std::ranges::move(work.noted, std::back_inserter(entry.changes));
  const bool is_news = applied.always || !entry.made.empty() || !entry.removed.empty() || !entry.changes.empty() ||
                       !entry.skipped.empty();
  if (!is_news) record.entry.reset();
  return record;
}

}  // namespace cgroupd
