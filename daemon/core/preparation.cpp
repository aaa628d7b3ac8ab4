// Changes of one cgroup, and what all changes share: what a wish means here and now.
#include "core/preparation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cgroupfs/formats.h"
#include "cgroupfs/limit_file.h"
#include "core/diagnosis.h"
#include "core/status.h"
#include "core/tree.h"

namespace cgroupd {

// With what is missing above each of them.
Result<void> Preparation::check_room(const std::vector<CgroupPath>& made) {
  std::set<CgroupPath> levels;
  for (const auto& cgroup : made) {
    for (const auto& level : cgroup.ancestors()) {
      if (!level.is_root() && !exists(kernel_, level)) levels.insert(level);
    }
    levels.insert(cgroup);
  }
  const std::size_t more = levels.size();
  if (more == 0) return {};
  const auto stat = kernel_.read(CgroupPath(), "cgroup.stat");
  const std::uint64_t now = stat ? keyed_value(*stat, "nr_descendants").value_or(0) : 0;
  if (now + more <= options_.max_cgroups) return {};
  return fail(ErrorCode::limit_exceeded,
              "that would be more than the " + std::to_string(options_.max_cgroups) + " cgroups allowed",
              "remove some, or raise max-cgroups in cgroupd.conf");
}

// What was stated about this name before stands, unless it is said anew; defaults only where nothing is.
Result<void> Preparation::state_defaults(DesiredCgroup& desired, const CgroupPath& cgroup, const Changes& named,
                                         const Pending& pending, OnMissing on_missing) {
  Changes unstated = options_.defaults;
  std::erase_if(unstated, [&](const auto& entry) {
    return named.contains(entry.first) || desired.standing(*entry.first) != nullptr;
  });
  const auto defaults = resolve(cgroup, unstated, {.on_missing = on_missing}, pending);
  if (!defaults) return fail(defaults.error());
  for (const auto& [limit, value] : *defaults) desired.state(*limit, Origin::defaults, value, on_missing);
  return {};
}

Result<Work> Preparation::to_create(const CgroupPath& cgroup, const Changes& limits, const CreateOptions& options) {
  const bool is_there = exists(kernel_, cgroup);
  if (is_there && !options.if_absent) {
    return fail(ErrorCode::already_exists, "there is a cgroup named '" + cgroup.str() + "' already",
                "change its limits with: cgctl set " + cgroup.str() + " LIMITS");
  }
  if (is_there) {
    return to_set(cgroup, limits,
                  {.runtime = options.runtime, .drift = options.drift, .on_missing = options.on_missing});
  }
  if (auto ok = check_room({cgroup}); !ok) return fail(ok.error());
  DesiredCgroup desired = transactions_.desired_of(cgroup);
  const OnMissing on_missing = options.on_missing.value_or(options_.on_missing);
  const auto named = resolve(cgroup, limits, {.on_missing = on_missing}, {});
  if (!named) return fail(named.error());
  if (auto ok = state_defaults(desired, cgroup, limits, {}, on_missing); !ok) return fail(ok.error());
  for (const auto& [limit, value] : *named)
    desired.state(*limit, options.runtime ? Origin::runtime : Origin::user, value, on_missing);
  if (!options.runtime) desired.made_by = Origin::user;
  if (options.drift) desired.drift = options.drift;
  Work work{.parts = {Part{.cgroup = cgroup, .make = true, .wanted = desired.wanted(), .desired = desired}},
            .durable = !options.runtime};
  forget_an_absent_one(work);
  return work;
}

// Names whose cgroup somebody else removed are kept, should it come back; not without bound.
void Preparation::forget_an_absent_one(Work& work) {
  const auto& all = transactions_.desired();
  if (all.size() < 2 * options_.max_cgroups) return;
  const auto absent = std::ranges::find_if(
      all, [this](const auto& entry) { return !entry.second.made_by && !exists(kernel_, entry.first); });
  if (absent != all.end()) work.parts.push_back({.cgroup = absent->first});
}

Result<Work> Preparation::to_set(const CgroupPath& cgroup, const Changes& changes, const SetOptions& options) {
  const OnMissing on_missing = options.on_missing.value_or(options_.on_missing);
  const Terms terms{.is_there = true, .on_missing = on_missing, .is_lease = options.lease.has_value()};
  auto values = resolve(cgroup, changes, terms, {});
  if (!values) return fail(values.error());
  // Where all is skipped, nothing else would look.
  const bool may_touch_nothing = values->empty() || on_missing == OnMissing::skip;
  if (may_touch_nothing && !exists(kernel_, cgroup)) return fail(no_such_cgroup(kernel_, cgroup));
  Result<Work> work(Work{.durable = !options.runtime});
  Part& part = work->parts.emplace_back();
  part.cgroup = cgroup;
  part.wanted = *std::move(values);
  part.desired = transactions_.desired_of(cgroup);
  for (const auto& [limit, value] : part.wanted) {
    if (!options.lease) {
      part.desired->state(*limit, options.runtime ? Origin::runtime : Origin::user, value, on_missing);
      continue;
    }
    const auto in_force = in_force_or_fresh(cgroup, *limit, terms);
    if (!in_force) return fail(in_force.error());
    part.desired->lease(*limit, value, time_.now().boot + *options.lease, *in_force, on_missing);
    constexpr std::size_t most_leases = 16;
    if (part.desired->to_come(*limit).size() > most_leases) {
      return fail(ErrorCode::limit_exceeded,
                  std::to_string(most_leases) + " leases of " + std::string(limit->file) + " of " + cgroup.str() +
                      " lie on each other already",
                  "let some end, or set the limit for good");
    }
  }
  if (options.drift) part.desired->drift = options.drift;
  return work;
}

Result<Work> Preparation::to_unset(const CgroupPath& cgroup, const std::vector<const Limit*>& limits) {
  Part part{.cgroup = cgroup, .desired = transactions_.desired_of(cgroup)};
  for (const Limit* const limit : limits) {
    const auto in_force = read_limit(kernel_, cgroup, *limit);
    const bool was_skipped = !in_force && part.desired->skips(*limit) && why_missing(kernel_, *limit);
    if (!in_force && !was_skipped) return fail(diagnose(kernel_, cgroup, limit->file, in_force.error()));
    if (in_force) part.wanted.emplace(limit, unset_value(*limit));
    part.desired->unset(*limit);
  }
  return Work{.parts = {std::move(part)}};
}

Result<Work> Preparation::to_remove(const CgroupPath& cgroup, bool kill) {
  if (!exists(kernel_, cgroup)) {
    // Stated, but not there: then it is what was stated that goes.
    if (!transactions_.desired().contains(cgroup)) return fail(none_to_remove(kernel_, cgroup));
    return Work{.parts = {Part{.cgroup = cgroup}}};
  }
  Work work{.parts = {Part{.cgroup = cgroup, .remove = true}}, .kill = kill};
  if (kill) {
    for (const auto& below : walk_beneath(kernel_, cgroup, most_walked))
      work.parts.push_back({.cgroup = below, .remove = true});
  }
  note_what_goes(work);
  return work;
}

// So that the limits of what is removed can be brought back with it.
void Preparation::note_what_goes(Work& work) {
  for (const auto& part : work.parts) {
    if (!part.remove) continue;
    for (const auto& [limit, value] : transactions_.desired_of(part.cgroup).wanted()) {
      work.noted.push_back({.cgroup = part.cgroup,
                            .limit = limit,
                            .before = value,
                            .after = unset_value(*limit),
                            .stated_before = true});
    }
  }
}

Result<Value> Preparation::wanted_value(const CgroupPath& cgroup, const Limit& limit, const Change& change,
                                        const Terms& terms, const Pending& pending) {
  Value base;
  if (needs_in_force(change)) {
    auto now = base_of_parts(cgroup, limit, terms);
    if (!now) return now;
    base = *std::move(now);
  }
  ParentLimit parent = Unlimited{};
  if (needs_parent(change)) {
    parent = effective_limit_above(kernel_, cgroup, limit, [&](const CgroupPath& above, const Limit& counted) {
      const Value* const undecided = nullptr;
      const auto at = pending.find(above);
      if (at == pending.end()) return undecided;
      const auto value = at->second.find(&counted);
      return value == at->second.end() ? undecided : &value->second;
    });
  }
  auto value = resolve_change(limit, change, base, parent);
  if (!value) return value;
  return as_kernel_rounds(limit, *value);
}

// What a wish for a part of a value leaves as it is. A lease gives nothing to what is to stay.
Result<Value> Preparation::base_of_parts(const CgroupPath& cgroup, const Limit& limit, const Terms& terms) {
  const auto coming = transactions_.desired_of(cgroup).to_come(limit);
  if (terms.is_lease || !terms.is_there || coming.empty()) return in_force_or_fresh(cgroup, limit, terms);
  return coming.back()->value.value_or(unset_value(limit));
}

// A cgroup that is still to be made has what every fresh one has.
Result<Value> Preparation::in_force_or_fresh(const CgroupPath& cgroup, const Limit& limit, const Terms& terms) {
  if (!terms.is_there) return unset_value(limit);
  if (terms.on_missing == OnMissing::skip && exists(kernel_, cgroup) && why_missing(kernel_, limit))
    return unset_value(limit);
  auto in_force = read_limit(kernel_, cgroup, limit);
  if (!in_force && in_force.error().code == ErrorCode::not_found && exists(kernel_, cgroup)) {
    // Somebody may have switched the controller off above us since the cgroup was made.
    [[maybe_unused]] const auto refused = hand_down_to(kernel_, cgroup);
    in_force = read_limit(kernel_, cgroup, limit);
  }
  if (!in_force) return fail(diagnose(kernel_, cgroup, limit.file, in_force.error()));
  return in_force;
}

Result<Values> Preparation::resolve(const CgroupPath& cgroup, const Changes& changes, const Terms& terms,
                                    const Pending& pending) {
  Values values;
  for (const auto& [limit, change] : changes) {
    auto value = wanted_value(cgroup, *limit, change, terms, pending);
    if (!value) return fail(value.error());
    values.emplace(limit, *std::move(value));
  }
  return values;
}

}  // namespace cgroupd
