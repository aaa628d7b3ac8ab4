// The reverse of a change in the history.
#include <algorithm>
#include <map>
#include <utility>

#include "core/diagnosis.h"
#include "core/preparation.h"
#include "core/tree.h"

namespace cgroupd {

Result<Work> Preparation::to_undo(const HistoryEntry& entry) {
  Work work{.cause = Cause::undo, .undoes = entry.id, .say_steps = true};
  std::map<CgroupPath, Part> parts;
  const auto part_for = [&](const CgroupPath& cgroup) -> Part& {
    const auto [at, is_new] = parts.try_emplace(cgroup, Part{.cgroup = cgroup});
    if (is_new) at->second.desired = transactions_.desired_of(cgroup);
    return at->second;
  };
  for (const auto& cgroup : entry.made) {
    Part& part = part_for(cgroup);
    part.remove = exists(kernel_, cgroup);
    part.desired.reset();
    if (!part.remove) return fail(ErrorCode::not_found, cgroup.str() + " is not there any more");
  }
  for (const auto& cgroup : entry.removed) {
    Part& part = part_for(cgroup);
    part.make = !exists(kernel_, cgroup);
    part.desired->made_by = Origin::user;
  }
  const auto later = transactions_.store().changed_after(entry);
  if (!later) return fail(later.error());
  if (const auto& change = *later) {
    return fail(ErrorCode::busy,
                change->cgroup.str() + " " + std::string(change->limit->file) + " was changed again since, by change " +
                    std::to_string(change->id),
                "undo that one first (cgctl undo " + std::to_string(change->id) + "), or set the limit itself");
  }
  for (const auto& change : entry.changes) {
    Part& part = part_for(change.cgroup);
    if (part.remove) continue;
    if (!part.make && !exists(kernel_, change.cgroup)) return fail(no_such_cgroup(kernel_, change.cgroup));
    part.wanted.insert_or_assign(change.limit, change.before);
    if (change.stated_before) {
      // What a file says was hidden, not forgotten.
      const bool by_file = part.desired->stated_by_file(*change.limit) == change.before;
      // What cannot be had any more does not keep the rest from coming back.
      part.desired->state(*change.limit, by_file ? Origin::file : Origin::user, change.before,
                          part.make ? OnMissing::skip : options_.on_missing);
    } else {
      part.desired->unset(*change.limit);
    }
  }
  for (const auto& skipped : entry.skipped) {
    Part& part = part_for(skipped.cgroup);
    if (part.remove) continue;
    if (skipped.stated_before) {
      part.wanted.insert_or_assign(skipped.limit, *skipped.stated_before);
      part.desired->state(*skipped.limit, Origin::user, *skipped.stated_before, OnMissing::skip);
    } else {
      part.desired->unset(*skipped.limit);
    }
  }
  for (auto& [cgroup, part] : parts) work.parts.push_back(std::move(part));
  std::ranges::stable_sort(work.parts, {}, [](const Part& part) { return part.cgroup.depth(); });
  return work;
}

}  // namespace cgroupd
