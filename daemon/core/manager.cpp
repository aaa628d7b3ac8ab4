// The use cases, each a few steps over plan, executor and tree.
#include "core/manager.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include <unistd.h>

#include "cgroupfs/formats.h"
#include "cgroupfs/hierarchy.h"
#include "cgroupfs/limit_file.h"
#include "cgroupfs/processes.h"
#include "core/accounts.h"
#include "core/diagnosis.h"
#include "core/tree.h"
#include "model/suggest.h"

namespace cgroupd {
namespace {

Result<void> refuse_reserved(const CgroupPath& cgroup) {
  const auto ancestors = cgroup.ancestors();
  const std::string_view top =
      ancestors.size() > 1 ? std::string_view(ancestors[1].str()) : std::string_view(cgroup.str());
  if (top != supervisor_name) return {};
  return fail(ErrorCode::invalid_argument,
              "'" + std::string(supervisor_name) + "' is where cgroupd keeps its own process", "choose another name");
}

// The values a caller named, out of everything that was touched.
Result<Values> in_force_in(const Result<Outcome>& done, const CgroupPath& cgroup) {
  if (!done) return fail(done.error());
  const auto at = done->in_force.find(cgroup);
  return at == done->in_force.end() ? Values() : at->second;
}

}  // namespace

Manager::Manager(Kernel& kernel, Transactions& transactions, Reconciler& reconciler, Time& time,
                 ServiceManager* service_manager, Options options)
    : kernel_(kernel),
      transactions_(transactions),
      reconciler_(reconciler),
      time_(time),
      service_manager_(service_manager),
      options_(std::move(options)) {}

Result<void> Manager::prepare_root(pid_t self) {
  const CgroupPath root;
  const auto procs = kernel_.read(root, "cgroup.procs");
  if (!procs) return fail(procs.error());
  const auto pids = process_ids(*procs);
  if (std::ranges::find(pids, self) != pids.end()) {
    const auto leaf = root.child(supervisor_name);
    if (!leaf) return fail(leaf.error());
    if (auto ok = kernel_.make(*leaf); !ok && ok.error().code != ErrorCode::already_exists) return ok;
    if (auto ok = kernel_.write(*leaf, "cgroup.procs", std::to_string(self)); !ok) return fail(ok.error());
  }
  return hand_down_controllers(kernel_, root);
}

void Manager::set_defaults(Changes defaults, std::map<std::string, Changes> profiles, OnMissing on_missing) {
  options_.on_missing = on_missing;
  options_.defaults = std::move(defaults);
  options_.profiles = std::move(profiles);
}

// With what is missing above each of them.
Result<void> Manager::check_room(const std::vector<CgroupPath>& made) {
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

Result<Work> Manager::work_to_create(const CgroupPath& cgroup, const Changes& limits, const CreateOptions& options) {
  const bool is_there = exists(kernel_, cgroup);
  if (is_there && !options.if_absent) {
    return fail(ErrorCode::already_exists, "there is a cgroup named '" + cgroup.str() + "' already",
                "change its limits with: cgctl set " + cgroup.str() + " LIMITS");
  }
  if (is_there) {
    return work_to_set(cgroup, limits,
                       {.runtime = options.runtime, .drift = options.drift, .on_missing = options.on_missing});
  }
  if (auto ok = check_room({cgroup}); !ok) return fail(ok.error());
  DesiredCgroup desired = transactions_.desired_of(cgroup);
  // What was stated about this name before stands, unless it is said anew; defaults only where nothing is.
  Changes unstated = options_.defaults;
  std::erase_if(unstated, [&](const auto& entry) {
    return limits.contains(entry.first) || desired.standing(*entry.first) != nullptr;
  });
  const OnMissing on_missing = options.on_missing.value_or(options_.on_missing);
  const auto named = resolve(cgroup, limits, false, {}, on_missing);
  if (!named) return fail(named.error());
  const auto defaults = resolve(cgroup, unstated, false, {}, on_missing);
  if (!defaults) return fail(defaults.error());
  for (const auto& [limit, value] : *defaults) desired.state(*limit, Origin::defaults, value, on_missing);
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
void Manager::forget_an_absent_one(Work& work) {
  const auto& all = transactions_.desired();
  if (all.size() < 2 * options_.max_cgroups) return;
  const auto absent = std::ranges::find_if(
      all, [this](const auto& entry) { return !entry.second.made_by && !exists(kernel_, entry.first); });
  if (absent != all.end()) work.parts.push_back({.cgroup = absent->first});
}

void Manager::create(const CgroupPath& cgroup, const Changes& limits, const CreateOptions& options,
                     const Caller& caller, LimitsDone done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(fail(ok.error()));
  run(
      {cgroup}, [this, cgroup, limits, options] { return work_to_create(cgroup, limits, options); }, {}, caller,
      [cgroup, done = std::move(done)](const Result<Outcome>& outcome) { done(in_force_in(outcome, cgroup)); });
}

Result<Work> Manager::work_to_set(const CgroupPath& cgroup, const Changes& changes, const SetOptions& options) {
  const OnMissing on_missing = options.on_missing.value_or(options_.on_missing);
  const auto values = resolve(cgroup, changes, true, {}, on_missing);
  if (!values) return fail(values.error());
  if (values->empty() && !exists(kernel_, cgroup)) return fail(no_such_cgroup(kernel_, cgroup));
  Part part{.cgroup = cgroup, .wanted = *values, .desired = transactions_.desired_of(cgroup)};
  for (const auto& [limit, value] : *values) {
    if (!options.lease) {
      part.desired->state(*limit, options.runtime ? Origin::runtime : Origin::user, value, on_missing);
      continue;
    }
    const auto in_force = in_force_or_fresh(cgroup, *limit, true, on_missing);
    if (!in_force) return fail(in_force.error());
    part.desired->lease(*limit, value, time_.now().boot + *options.lease, *in_force, on_missing);
  }
  if (options.drift) part.desired->drift = options.drift;
  Work work{.durable = !options.runtime};
  work.parts.push_back(std::move(part));
  return work;
}

void Manager::set_limits(const CgroupPath& cgroup, Changes changes, SetOptions options, const Caller& caller,
                         LimitsDone done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(fail(ok.error()));
  ApplyOptions how{.execute = std::move(options.execute)};
  run(
      {cgroup},
      [this, cgroup, changes = std::move(changes), options = std::move(options)] {
        return work_to_set(cgroup, changes, options);
      },
      std::move(how), caller,
      [cgroup, done = std::move(done)](const Result<Outcome>& outcome) { done(in_force_in(outcome, cgroup)); });
}

Result<std::vector<std::string>> Manager::plan_limits(const CgroupPath& cgroup, const Changes& changes,
                                                      const SetOptions& options) {
  return refuse_reserved(cgroup)
      .and_then([&] { return work_to_set(cgroup, changes, options); })
      .and_then([&](const Work& work) { return transactions_.describe(work); });
}

void Manager::unset(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, const Caller& caller,
                    LimitsDone done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(fail(ok.error()));
  const auto prepare = [this, cgroup, limits]() -> Result<Work> {
    Part part{.cgroup = cgroup, .desired = transactions_.desired_of(cgroup)};
    for (const Limit* const limit : limits) {
      const auto in_force = read_limit(kernel_, cgroup, *limit);
      const bool was_skipped = !in_force && part.desired->skips(*limit) && why_missing(kernel_, *limit);
      if (!in_force && !was_skipped) return fail(diagnose(kernel_, cgroup, limit->file, in_force.error()));
      if (in_force) part.wanted.emplace(limit, unset_value(*limit));
      part.desired->unset(*limit);
    }
    return Work{.parts = {std::move(part)}};
  };
  run({cgroup}, prepare, {}, caller,
      [cgroup, done = std::move(done)](const Result<Outcome>& outcome) { done(in_force_in(outcome, cgroup)); });
}

Result<Work> Manager::work_to_remove(const CgroupPath& cgroup, bool kill) {
  if (!exists(kernel_, cgroup)) {
    // Stated, but not there: then it is what was stated that goes.
    if (!transactions_.desired().contains(cgroup)) return fail(no_such_cgroup(kernel_, cgroup));
    return Work{.parts = {Part{.cgroup = cgroup}}};
  }
  Work work{.parts = {Part{.cgroup = cgroup, .remove = true}}, .kill = kill};
  if (kill) {
    for (const auto& below : walk_beneath(kernel_, cgroup, most_walked))
      work.parts.push_back({.cgroup = below, .remove = true});
  }
  for (const auto& part : work.parts) {
    for (const auto& [limit, value] : transactions_.desired_of(part.cgroup).wanted()) {
      work.noted.push_back({.cgroup = part.cgroup,
                            .limit = limit,
                            .before = value,
                            .after = unset_value(*limit),
                            .stated_before = true});
    }
  }
  return work;
}

void Manager::remove(const CgroupPath& cgroup, bool kill, const Caller& caller, Done done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(ok);
  run(
      {cgroup}, [this, cgroup, kill] { return work_to_remove(cgroup, kill); }, {}, caller,
      [done = std::move(done)](const Result<Outcome>& outcome) {
        done(outcome ? Result<void>() : Result<void>(fail(outcome.error())));
      });
}

Result<void> Manager::check_names(const DeclaredCgroups& cgroups) {
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

Result<Part> Manager::part_of(const DeclaredCgroup& declared, const ApplyOptions& options, const Pending& pending) {
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
    Changes unstated = options_.defaults;
    std::erase_if(unstated, [&](const auto& entry) {
      return all.contains(entry.first) || desired.standing(*entry.first) != nullptr;
    });
    const auto defaults = resolve(declared.name, unstated, false, pending, on_missing);
    if (!defaults) return fail(defaults.error());
    for (const auto& [limit, value] : *defaults) desired.state(*limit, Origin::defaults, value, on_missing);
    part.wanted = desired.wanted();
    if (!desired.made_by) desired.made_by = Origin::file;
  }
  const auto values = resolve(declared.name, all, is_there, pending, on_missing);
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
void Manager::prune(Work& work, const DeclaredCgroups& cgroups) {
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

Result<Work> Manager::work_to_apply(const DeclaredCgroups& cgroups, const ApplyOptions& options) {
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
  std::ranges::stable_sort(work.parts, {}, [](const Part& part) { return part.cgroup.depth(); });
  return work;
}

void Manager::apply(const DeclaredCgroups& cgroups, const ApplyOptions& options, const Caller& caller, StepsDone done) {
  std::vector<CgroupPath> names;
  for (const auto& declared : cgroups) names.push_back(declared.name);
  if (options.prune) {
    for (const auto& [cgroup, desired] : transactions_.desired()) names.push_back(cgroup);
  }
  run(
      std::move(names), [this, cgroups, options] { return work_to_apply(cgroups, options); }, options, caller,
      std::move(done));
}

Result<Work> Manager::work_to_undo(const HistoryEntry& entry) {
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

void Manager::undo(std::uint64_t id, const ApplyOptions& options, const Caller& caller, StepsDone done) {
  const auto entry = transactions_.store().entry(id);
  if (!entry) return done(fail(entry.error()));
  if (!*entry) {
    return done(fail(ErrorCode::not_found, "there is no change " + std::to_string(id), "see them with: cgctl history"));
  }
  std::vector<CgroupPath> names = (*entry)->made;
  names.insert(names.end(), (*entry)->removed.begin(), (*entry)->removed.end());
  for (const auto& change : (*entry)->changes) names.push_back(change.cgroup);
  for (const auto& skipped : (*entry)->skipped) names.push_back(skipped.cgroup);
  run(
      std::move(names), [this, entry = **entry] { return work_to_undo(entry); }, options, caller, std::move(done));
}

void Manager::run(std::vector<CgroupPath> cgroups, std::function<Result<Work>()> prepare, ApplyOptions options,
                  const Caller& caller, StepsDone done) {
  if (options.plan) {
    const auto steps = prepare().and_then([this](const Work& work) { return transactions_.describe(work); });
    if (!steps) return done(fail(steps.error()));
    return done(Outcome{.steps = *steps});
  }
  if (transactions_.is_crowded()) {
    return done(fail(ErrorCode::limit_exceeded, "too many changes wait for others of the same cgroups to end",
                     "try again in a moment"));
  }
  transactions_.run(
      std::move(cgroups),
      [prepare = std::move(prepare), execute = std::move(options.execute), who = caller]() mutable {
        auto work = prepare();
        if (!work) return work;
        work->who = std::move(who);
        work->execute = std::move(execute);
        return work;
      },
      std::move(done));
}

Result<void> Manager::check_movable(const std::vector<pid_t>& pids) {
  const auto leaf = CgroupPath().child(supervisor_name);
  const auto procs = leaf ? kernel_.read(*leaf, "cgroup.procs") : Result<std::string>(fail(leaf.error()));
  const auto holders = procs ? process_ids(*procs) : std::vector<std::int32_t>();
  for (const pid_t pid : pids) {
    if (pid <= 0) return fail(ErrorCode::invalid_argument, std::to_string(pid) + " is no process id");
    if (pid != ::getpid() && std::ranges::find(holders, pid) == holders.end()) continue;
    return fail(ErrorCode::invalid_argument,
                "process " + process_label(pid) + " keeps the cgroups here, so it cannot be put into one of them",
                "leave it where it is");
  }
  return {};
}

void Manager::attach(const CgroupPath& cgroup, const std::vector<pid_t>& pids, Done done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(ok);
  if (auto ok = check_movable(pids); !ok) return done(ok);
  if (!exists(kernel_, cgroup)) return done(fail(no_such_cgroup(kernel_, cgroup)));
  // Said here, because from outside the delegated tree the kernel would answer EACCES first and hide the real cause.
  if (const auto gives = kernel_.read(cgroup, "cgroup.subtree_control"); gives && !words(*gives).empty()) {
    return done(fail(diagnose(kernel_, cgroup, "cgroup.procs",
                              Error{.code = ErrorCode::busy, .message = {}, .errno_value = EBUSY})));
  }
  std::vector<pid_t> beyond_us;
  Error last{};
  for (const pid_t pid : pids) {
    auto ok = kernel_.write(cgroup, "cgroup.procs", std::to_string(pid));
    if (ok) continue;
    const bool forbidden = ok.error().code == ErrorCode::not_authorized || ok.error().errno_value == ENOENT;
    if (!forbidden) return done(fail(attach_refused(cgroup, pid, ok.error())));
    beyond_us.push_back(pid);
    last = attach_refused(cgroup, pid, ok.error());
  }
  if (beyond_us.empty()) return done({});
  if (service_manager_ == nullptr || !options_.tree_unit) return done(fail(std::move(last)));
  service_manager_->attach(
      *options_.tree_unit, "/" + cgroup.str(), beyond_us,
      [this, cgroup, beyond_us, last, done = std::move(done)](const Result<void>& ok) {
        const auto procs = kernel_.read(cgroup, "cgroup.procs");
        const auto now = procs ? process_ids(*procs) : std::vector<std::int32_t>();
        const bool all_there =
            std::ranges::all_of(beyond_us, [&](pid_t pid) { return std::ranges::binary_search(now, pid); });
        if (all_there) return done({});
        Error error = last;
        error.message += ok ? "; systemd answered yes, but the process is not there" : "; " + ok.error().message;
        done(fail(std::move(error)));
      });
}

Result<FileDescriptor> Manager::open_directory(const CgroupPath& cgroup) {
  if (auto ok = refuse_reserved(cgroup); !ok) return fail(ok.error());
  auto directory = kernel_.open_directory(cgroup);
  if (!directory && directory.error().code == ErrorCode::not_found) return fail(no_such_cgroup(kernel_, cgroup));
  return directory;
}

Result<CgroupStatus> Manager::get(const CgroupPath& cgroup) {
  if (auto ok = refuse_reserved(cgroup); !ok) return fail(ok.error());
  return read_status(kernel_, cgroup).map([&](CgroupStatus status) {
    annotate(status, cgroup);
    return status;
  });
}

void Manager::annotate(CgroupStatus& status, const CgroupPath& cgroup) {
  const auto at = transactions_.desired().find(cgroup);
  status.drift = reconciler_.policy_of(at == transactions_.desired().end() ? DesiredCgroup() : at->second);
  if (at == transactions_.desired().end()) return;
  const Moment now = time_.now();
  for (const auto& [limit, value] : at->second.wanted()) {
    const Statement* const stands = at->second.standing(*limit);
    DesiredLimit desired{.value = as_kernel_rounds(*limit, value), .origin = stands->origin};
    if (stands->ends) desired.ends = now.wall + (*stands->ends - now.boot);
    if (const Statement* const next = at->second.afterwards(*limit))
      desired.afterwards = next->value.value_or(unset_value(*limit));
    status.desired.emplace(limit, std::move(desired));
  }
  for (auto& [limit, why] : skipped(cgroup)) status.desired.at(limit).skipped = std::move(why);
}

std::map<const Limit*, std::string> Manager::skipped(const CgroupPath& cgroup) {
  std::map<const Limit*, std::string> all;
  const auto at = transactions_.desired().find(cgroup);
  if (at == transactions_.desired().end()) return all;
  for (const auto& [limit, statements] : at->second.statements()) {
    if (!at->second.skips(*limit)) continue;
    if (const auto why = why_missing(kernel_, *limit)) all.emplace(limit, why->text());
  }
  return all;
}

std::vector<CgroupPath> Manager::cgroups() {
  return walk(kernel_, most_walked);
}

Result<Snapshot> Manager::snapshot(const std::vector<CgroupPath>& cgroups, const std::vector<std::string>& fields) {
  return read_snapshot(kernel_, cgroups, fields);
}

Result<void> Manager::freeze(const CgroupPath& cgroup, bool frozen) {
  if (auto ok = refuse_reserved(cgroup); !ok) return ok;
  auto ok = kernel_.write(cgroup, "cgroup.freeze", frozen ? "1" : "0");
  if (!ok) return fail(diagnose(kernel_, cgroup, "cgroup.freeze", ok.error()));
  return {};
}

Result<void> Manager::kill(const CgroupPath& cgroup) {
  if (auto ok = refuse_reserved(cgroup); !ok) return ok;
  auto ok = kernel_.write(cgroup, "cgroup.kill", "1");
  if (!ok) return fail(diagnose(kernel_, cgroup, "cgroup.kill", ok.error()));
  return {};
}

std::vector<std::string> Manager::controllers() {
  const auto text = kernel_.read(CgroupPath(), "cgroup.controllers");
  if (!text) return {};
  const auto names = words(*text);
  return {names.begin(), names.end()};
}

Result<Value> Manager::wanted_value(const CgroupPath& cgroup, const Limit& limit, const Change& change,
                                    const Value& in_force, const Pending& pending) {
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
  auto value = resolve_change(limit, change, in_force, parent);
  if (!value) return value;
  return as_kernel_rounds(limit, *value);
}

// A cgroup that is still to be made has what every fresh one has.
Result<Value> Manager::in_force_or_fresh(const CgroupPath& cgroup, const Limit& limit, bool is_there,
                                         OnMissing on_missing) {
  if (!is_there) return unset_value(limit);
  if (on_missing == OnMissing::skip && exists(kernel_, cgroup) && why_missing(kernel_, limit))
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

Result<Values> Manager::resolve(const CgroupPath& cgroup, const Changes& changes, bool is_there, const Pending& pending,
                                OnMissing on_missing) {
  Values values;
  for (const auto& [limit, change] : changes) {
    const auto in_force =
        needs_in_force(change) ? in_force_or_fresh(cgroup, *limit, is_there, on_missing) : unset_value(*limit);
    if (!in_force) return fail(in_force.error());
    auto value = wanted_value(cgroup, *limit, change, *in_force, pending);
    if (!value) return fail(value.error());
    values.emplace(limit, *std::move(value));
  }
  return values;
}

Error Manager::attach_refused(const CgroupPath& cgroup, pid_t pid, Error error) {
  const std::string who = "process " + process_label(pid);
  if (error.errno_value == ESRCH) {
    return Error{.code = ErrorCode::not_found,
                 .message = "there is no process " + std::to_string(pid),
                 .hint = {},
                 .errno_value = ESRCH};
  }
  if (error.code == ErrorCode::not_authorized || error.errno_value == ENOENT) {
    // What forbids it is not the cgroup but cpuset (security_task_setscheduler), as for sched_setaffinity(2).
    if (error.errno_value == EPERM) {
      return Error{
          .code = ErrorCode::not_authorized,
          .message = who + " cannot be moved to " + cgroup.str() +
                     ": it has capabilities that cgroupd has not, and where cpuset is delegated the kernel lets "
                     "nobody move such a process who has fewer",
          .hint = "start it in place instead: cgctl run " + cgroup.str() + " -- COMMAND",
          .errno_value = EPERM};
    }
    const auto stands = cgroup_of_process(std::to_string(pid));
    error.code = ErrorCode::not_authorized;
    error.message = who + " cannot be moved to " + cgroup.str() + ": ";
    error.hint = "start it in place instead: cgctl run " + cgroup.str() + " -- COMMAND";
    if (!stands || is_outside_namespace(*stands)) {
      error.message += stands ? "it stands outside the cgroup namespace we are in, and nothing crosses its border"
                              : "it stands in a cgroup we cannot see, so not beneath " + kernel_.root_path();
      return error;
    }
    const std::string above = nearest_common_ancestor(*stands, kernel_.absolute_path(cgroup));
    const auto owner = uid_of_file(above + "/cgroup.procs");
    error.message += "it stands in " + *stands + ", and moving it from there needs write access to " + above +
                     "/cgroup.procs, which belongs to " + (owner ? user_name(*owner) : "another user");
    return error;
  }
  error.message = who + ": " + error.message;
  return diagnose(kernel_, cgroup, "cgroup.procs", std::move(error));
}

}  // namespace cgroupd
