// The reverse of a change in the history.
#include <algorithm>
#include <map>
#include <utility>

#include "core/diagnosis.h"
#include "core/preparation.h"
#include "core/tree.h"

namespace cgroupd {
namespace {

// A part, and what is desired of its cgroup afterwards, unless it goes.
struct Reversed {
  Part part;
  DesiredCgroup desired;
};

// What was desired, as it was desired. What files no longer say is no longer theirs to take away.
void bring_back(Kernel& kernel, const Former& was, Cause cause, const Moment& now, Reversed& into) {
  auto& [part, desired] = into;
  const bool as_a_file = part.make && cause != Cause::file;
  if (part.make) {
    part.owner = was.owner.value_or(0);
    desired.drift = was.desired.drift;
    const bool taken_by_a_file = was.desired.made_by == Origin::file && !as_a_file;
    desired.made_by = taken_by_a_file ? Origin::user : was.desired.made_by;
  }
  DesiredCgroup then = was.desired;
  const Values over = then.end_leases(now.boot);
  for (const auto& [limit, before] : was.desired.statements()) {
    const auto left = then.statements().find(limit);
    auto statements = left == then.statements().end() ? std::vector<Statement>() : left->second;
    const bool is_missing = why_missing(kernel, *limit).has_value();
    if (part.make && is_missing) {
      // What cannot be had any more does not keep the rest from coming back.
      for (auto& statement : statements) statement.on_missing = OnMissing::skip;
    }
    desired.restore(*limit, std::move(statements), as_a_file);
    if (const Statement* const stands = desired.standing(*limit)) {
      part.wanted.insert_or_assign(limit, *stands->value);
    } else if (is_missing) {
      part.wanted.erase(limit);
    } else if (const auto left_by_lease = over.find(limit); left_by_lease != over.end()) {
      part.wanted.insert_or_assign(limit, left_by_lease->second);
    } else if (before.empty() && part.wanted.contains(limit)) {
      // It had been stated until the end of a boot that is over.
      part.wanted.insert_or_assign(limit, unset_value(*limit));
    }
  }
}

}  // namespace

Result<Work> Preparation::to_undo(const HistoryEntry& entry) {
  Work work{.cause = Cause::undo, .undoes = entry.id, .say_steps = true};
  std::map<CgroupPath, Reversed> all;
  const auto reversed = [&](const CgroupPath& cgroup) -> Reversed& {
    const auto at = all.find(cgroup);
    if (at != all.end()) return at->second;
    return all.emplace(cgroup, Reversed{.part = {.cgroup = cgroup}, .desired = transactions_.desired_of(cgroup)})
        .first->second;
  };
  for (const auto& cgroup : entry.made) {
    Part& part = reversed(cgroup).part;
    part.remove = exists(kernel_, cgroup);
    if (!part.remove) return fail(ErrorCode::not_found, cgroup.str() + " is not there any more");
  }
  for (const auto& cgroup : entry.removed) {
    if (exists(kernel_, cgroup)) {
      return fail(ErrorCode::busy, cgroup.str() + " is there again, so that what was removed cannot come back",
                  "remove it first, or set the limits themselves");
    }
    auto& [part, desired] = reversed(cgroup);
    part.make = true;
    desired.made_by = Origin::user;
  }
  if (auto ok = check_room(entry.removed); !ok) return fail(ok.error());
  const Moment now = time_.now();
  const auto former = transactions_.store().former(entry.id, now);
  if (!former) return fail(former.error());
  const auto later = transactions_.store().changed_after(entry, *former);
  if (!later) return fail(later.error());
  if (const auto& change = *later) {
    return fail(ErrorCode::busy,
                change->cgroup.str() + " " + std::string(change->limit->file) + " was changed again since, by change " +
                    std::to_string(change->id),
                "undo that one first (cgctl undo " + std::to_string(change->id) + "), or set the limit itself");
  }
  for (const auto& change : entry.changes) {
    auto& [part, desired] = reversed(change.cgroup);
    if (part.remove) continue;
    if (!part.make && !exists(kernel_, change.cgroup)) return fail(no_such_cgroup(kernel_, change.cgroup));
    part.wanted.insert_or_assign(change.limit, change.before);
    if (change.stated_before) {
      // What a file says was hidden, not forgotten.
      const bool by_file = desired.stated_by_file(*change.limit) == change.before;
      // What cannot be had any more does not keep the rest from coming back.
      desired.state(*change.limit, by_file ? Origin::file : Origin::user, change.before,
                    part.make && why_missing(kernel_, *change.limit) ? OnMissing::skip : OnMissing::refuse);
    } else {
      desired.unset(*change.limit);
    }
  }
  for (const auto& skipped : entry.skipped) {
    auto& [part, desired] = reversed(skipped.cgroup);
    if (part.remove) continue;
    if (skipped.stated_before) {
      part.wanted.insert_or_assign(skipped.limit, *skipped.stated_before);
      desired.state(*skipped.limit, Origin::user, *skipped.stated_before, OnMissing::skip);
    } else {
      desired.unset(*skipped.limit);
    }
  }
  for (const auto& [cgroup, was] : *former) {
    auto& one = reversed(cgroup);
    if (!one.part.remove) bring_back(kernel_, was, entry.cause, now, one);
  }
  for (auto& [cgroup, one] : all) {
    if (!one.part.remove) one.part.desired = std::move(one.desired);
    work.parts.push_back(std::move(one.part));
  }
  std::ranges::stable_sort(work.parts, {}, [](const Part& part) { return part.cgroup.depth(); });
  note_what_goes(work);
  return work;
}

}  // namespace cgroupd
