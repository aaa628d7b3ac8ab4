// The use cases, each a few steps over plan, executor and tree.
#include "core/manager.h"

#include <algorithm>
#include <utility>

#include "cgroupfs/formats.h"
#include "cgroupfs/limit_file.h"
#include "core/diagnosis.h"
#include "core/tree.h"

namespace cgroupd {
Manager::Manager(Kernel& kernel, Background& background, Transactions& transactions, Reconciler& reconciler, Time& time,
                 ServiceManager* service_manager, Options options)
    : kernel_(kernel),
      transactions_(transactions),
      reconciler_(reconciler),
      time_(time),
      prepare_(kernel, transactions, time, std::move(options.prepare)),
      movement_(kernel, background, service_manager, std::move(options.tree_unit)) {}

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

bool Manager::is_crowded(const Caller& caller, const OutcomeDone& done) const {
  if (!transactions_.is_crowded(caller.uid)) return false;
  done(fail(ErrorCode::limit_exceeded, "too many changes wait for others of the same cgroups to end",
            "try again in a moment"));
  return true;
}

// Whoever states another drift policy means what is in force already, too.
Manager::OutcomeDone Manager::looking_after(std::vector<CgroupPath> cgroups, OutcomeDone done) {
  if (cgroups.empty()) return done;
  return [this, cgroups = std::move(cgroups), done = std::move(done)](const Result<Outcome>& outcome) {
    done(outcome);
    if (!outcome) return;
    for (const auto& cgroup : cgroups) reconciler_.check(cgroup);
  };
}

void Manager::run(std::vector<CgroupPath> cgroups, Transactions::Prepare prepare, ApplyOptions options,
                  const Caller& caller, OutcomeDone done) {
  if (options.plan) {
    const auto steps = prepare().and_then([&](Work work) {
      work.who = caller;
      work.execute.force = options.execute.force;
      return transactions_.describe(work);
    });
    if (!steps) return done(fail(steps.error()));
    return done(Outcome{.steps = *steps});
  }
  if (is_crowded(caller, done)) return;
  transactions_.run(
      std::move(cgroups),
      [prepare = std::move(prepare), execute = std::move(options.execute), who = caller]() mutable {
        auto work = prepare();
        if (work) {
          work->who = std::move(who);
          work->execute = std::move(execute);
        }
        return work;
      },
      std::move(done), caller.uid);
}

void Manager::create(const CgroupPath& cgroup, const Changes& limits, const CreateOptions& options,
                     const Caller& caller, OutcomeDone done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(fail(ok.error()));
  run(
      {cgroup}, [this, cgroup, limits, options] { return prepare_.to_create(cgroup, limits, options); }, {}, caller,
      options.drift ? looking_after({cgroup}, std::move(done)) : std::move(done));
}

void Manager::set_limits(const CgroupPath& cgroup, Changes changes, SetOptions options, Caller caller,
                         OutcomeDone done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(fail(ok.error()));
  if (is_crowded(caller, done)) return;
  if (options.drift) done = looking_after({cgroup}, std::move(done));
  const auto asker = caller.uid;
  transactions_.run(
      {cgroup},
      [this, cgroup, changes = std::move(changes), options = std::move(options), who = std::move(caller)]() mutable {
        auto work = prepare_.to_set(cgroup, changes, options);
        if (work) {
          work->who = std::move(who);
          work->execute = std::move(options.execute);
        }
        return work;
      },
      std::move(done), asker);
}

Result<std::vector<std::string>> Manager::plan_limits(const CgroupPath& cgroup, const Changes& changes,
                                                      const SetOptions& options) {
  return refuse_reserved(cgroup)
      .and_then([&] { return prepare_.to_set(cgroup, changes, options); })
      .and_then([&](Work work) {
        work.execute.force = options.execute.force;
        return transactions_.describe(work);
      });
}

void Manager::unset(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, const Caller& caller,
                    OutcomeDone done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(fail(ok.error()));
  run(
      {cgroup}, [this, cgroup, limits] { return prepare_.to_unset(cgroup, limits); }, {}, caller, std::move(done));
}

void Manager::remove(const CgroupPath& cgroup, bool kill, const Caller& caller, Done done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(ok);
  run(
      {cgroup}, [this, cgroup, kill] { return prepare_.to_remove(cgroup, kill); }, {}, caller,
      [done = std::move(done)](const Result<Outcome>& outcome) {
        done(outcome ? Result<void>() : Result<void>(fail(outcome.error())));
      });
}

void Manager::apply(const DeclaredCgroups& cgroups, const ApplyOptions& options, const Caller& caller,
                    OutcomeDone done) {
  std::vector<CgroupPath> names;
  if (options.prune) {
    names.emplace_back();  // which cgroups are left over is seen when it begins: it may be any
  } else {
    for (const auto& declared : cgroups) names.push_back(declared.name);
  }
  std::vector<CgroupPath> with_policy;
  for (const auto& declared : cgroups) {
    if (declared.drift && !options.plan) with_policy.push_back(declared.name);
  }
  run(
      std::move(names), [this, cgroups, options] { return prepare_.to_apply(cgroups, options); }, options, caller,
      looking_after(std::move(with_policy), std::move(done)));
}

void Manager::undo(std::uint64_t id, const ApplyOptions& options, const Caller& caller, OutcomeDone done) {
  auto known = transactions_.store().entry(id);
  if (!known) return done(fail(known.error()));
  std::optional<HistoryEntry> entry = *std::move(known);
  if (!entry) {
    return done(fail(ErrorCode::not_found, "there is no change " + std::to_string(id), "see them with: cgctl history"));
  }
  std::vector<CgroupPath> names = entry->made;
  names.insert(names.end(), entry->removed.begin(), entry->removed.end());
  for (const auto& change : entry->changes) names.push_back(change.cgroup);
  for (const auto& skipped : entry->skipped) names.push_back(skipped.cgroup);
  const auto former = transactions_.store().former(id, time_.now());
  if (!former) return done(fail(former.error()));
  for (const auto& [cgroup, was] : *former) names.push_back(cgroup);
  run(
      std::move(names), [this, entry = *std::move(entry)] { return prepare_.to_undo(entry); }, options, caller,
      std::move(done));
}

void Manager::attach(const CgroupPath& cgroup, const std::vector<pid_t>& pids, const Caller& caller, Done done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(ok);
  movement_.attach(cgroup, pids, caller.uid, std::move(done));
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
  const DesiredCgroup& all = transactions_.desired_of(cgroup);
  status.drift = reconciler_.policy_of(all);
  const Moment now = time_.now();
  for (const auto& [limit, value] : all.wanted()) {
    const Statement* const stands = all.standing(*limit);
    DesiredLimit desired{.value = as_kernel_rounds(*limit, value), .origin = stands->origin};
    if (stands->ends) desired.ends = now.wall + (*stands->ends - now.boot);
    if (const Statement* const next = all.afterwards(*limit))
      desired.afterwards = next->value.value_or(unset_value(*limit));
    status.desired.emplace(limit, std::move(desired));
  }
  for (auto& [limit, why] : skipped(cgroup)) status.desired.at(limit).skipped = std::move(why);
}

std::map<const Limit*, std::string> Manager::skipped(const CgroupPath& cgroup) {
  std::map<const Limit*, std::string> all;
  const DesiredCgroup& desired = transactions_.desired_of(cgroup);
  for (const auto& [limit, statements] : desired.statements()) {
    if (!desired.skips(*limit)) continue;
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
  for (const auto& above : cgroup.ancestors()) {
    const auto freezes = frozen || above.is_root() ? Result<std::string>() : kernel_.read(above, "cgroup.freeze");
    if (!freezes || single_number(*freezes) != 1) continue;
    return fail(ErrorCode::busy, cgroup.str() + " stays frozen for as long as " + above.str() + " above it is",
                "thaw that: cgctl thaw " + above.str());
  }
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

}  // namespace cgroupd
