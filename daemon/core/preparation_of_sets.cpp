// A declared set of cgroups as one change.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/diagnosis.h"
#include "core/preparation.h"
#include "core/tree.h"
#include "model/suggest.h"

namespace cgroupd {

Result<void> Preparation::check_names(const DeclaredCgroups& cgroups) {
  for (const auto& declared : cgroups) {
    if (auto ok = refuse_reserved(declared.name); !ok) return ok;
    if (!declared.profile || options_.profiles.contains(*declared.profile)) continue;
    std::vector<std::string_view> known;
    for (const auto& [name, limits] : options_.profiles) known.push_back(name);
    const std::string near = nearest_word(*declared.profile, known);
    return fail(ErrorCode::not_found, declared.name.str() + ": there is no profile '" + *declared.profile + "'",
                near.empty() ? "write a section [profile " + *declared.profile + "] in cgroupd.conf, then: cgctl reload"
                             : "did you mean '" + near + "'?");
  }
  return {};
}

Result<Part> Preparation::part_of(const DeclaredCgroup& declared, const ApplyOptions& options, const Pending& pending) {
  const bool is_there = exists(kernel_, declared.name);
  Part part{.cgroup = declared.name, .make = !is_there, .desired = transactions_.desired_of(declared.name)};
  DesiredCgroup& desired = *part.desired;
  const OnMissing on_missing =
      declared.on_missing ? *declared.on_missing : options.on_missing.value_or(options_.on_missing);
  Changes all = declared.limits;
  if (declared.profile) {
    const auto& profile = options_.profiles.at(*declared.profile);
    all.insert(profile.begin(), profile.end());
  }
  if (!is_there) {
    if (auto ok = state_defaults(desired, declared.name, all, pending, on_missing); !ok) return fail(ok.error());
    part.wanted = desired.wanted();
    if (!desired.made_by) desired.made_by = Origin::file;
  }
  const auto values = resolve(declared.name, all, {.is_there = is_there, .on_missing = on_missing}, pending);
  if (!values) return fail(values.error());
  for (const auto& [limit, value] : *values) {
    if (options.only_news && desired.stated_by_file(*limit) == value) continue;
    desired.state(*limit, Origin::file, value, on_missing);
    part.wanted.insert_or_assign(limit, value);
  }
  if (declared.drift) desired.drift = declared.drift;
  return part;
}

// Only what files made or stated.
void Preparation::prune(Work& work, const DeclaredCgroups& cgroups) {
  for (const auto& [cgroup, before] : transactions_.desired()) {
    const auto declared = std::ranges::find(cgroups, cgroup, &DeclaredCgroup::name);
    // What is named beneath it keeps it, without limits of its own.
    const bool holds_named =
        std::ranges::any_of(cgroups, [&](const DeclaredCgroup& one) { return cgroup.contains(one.name); });
    if (!holds_named && before.made_by == Origin::file) {
      work.parts.push_back({.cgroup = cgroup, .remove = exists(kernel_, cgroup)});
      continue;
    }
    auto part = std::ranges::find(work.parts, cgroup, &Part::cgroup);
    const bool is_new = part == work.parts.end();
    Part changed = is_new ? Part{.cgroup = cgroup, .desired = before} : *part;
    bool touched = false;
    for (const auto& [limit, statements] : before.statements()) {
      const bool named = declared != cgroups.end() &&
                         (declared->limits.contains(limit) ||
                          (declared->profile && options_.profiles.at(*declared->profile).contains(limit)));
      if (named || !before.stated_by_file(*limit)) continue;
      touched = true;
      const bool stood = before.standing(*limit) != nullptr && before.standing(*limit)->origin == Origin::file;
      changed.desired->unset_file(*limit);
      const Statement* const stands = changed.desired->standing(*limit);
      if (stood && exists(kernel_, cgroup))
        changed.wanted.insert_or_assign(limit, stands == nullptr ? unset_value(*limit) : *stands->value);
    }
    if (!touched) continue;
    if (is_new) {
      work.parts.push_back(std::move(changed));
    } else {
      *part = std::move(changed);
    }
  }
}

Result<Work> Preparation::to_apply(const DeclaredCgroups& cgroups, const ApplyOptions& options) {
  if (auto ok = check_names(cgroups); !ok) return fail(ok.error());
  Work work{.cause = Cause::file, .say_steps = true};
  Pending pending;
  std::vector<CgroupPath> made;
  for (const auto& declared : cgroups) {
    auto part = part_of(declared, options, pending);
    if (!part) return fail(part.error());
    pending[part->cgroup] = part->wanted;
    if (part->make) made.push_back(part->cgroup);
    work.parts.push_back(*std::move(part));
  }
  if (auto ok = check_room(made); !ok) return fail(ok.error());
  if (options.prune) prune(work, cgroups);
  note_what_goes(work);
  std::ranges::stable_sort(work.parts, {}, [](const Part& part) { return part.cgroup.depth(); });
  return work;
}

}  // namespace cgroupd
