// The use cases, each a few steps over plan, executor and tree.
#include "core/manager.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "cgroupfs/formats.h"
#include "cgroupfs/hierarchy.h"
#include "cgroupfs/limit_file.h"
#include "cgroupfs/processes.h"
#include "core/diagnosis.h"
#include "core/tree.h"

namespace cgroupd {
namespace {

constexpr std::size_t most_walked = 100'000;
constexpr std::chrono::seconds kill_patience(10);

Result<void> refuse_reserved(const CgroupPath& cgroup) {
  const auto ancestors = cgroup.ancestors();
  const std::string_view top =
      ancestors.size() > 1 ? std::string_view(ancestors[1].str()) : std::string_view(cgroup.str());
  if (top != supervisor_name) return {};
  return fail(ErrorCode::invalid_argument,
              "'" + std::string(supervisor_name) + "' is where cgroupd keeps its own process", "choose another name");
}

bool related(const CgroupPath& a, const CgroupPath& b) {
  return a.contains(b) || b.contains(a);
}

const Limit* limit_of_role(Role role) {
  const auto all = all_limits();
  const auto row = std::ranges::find(all, role, &Limit::role);
  return row == all.end() ? nullptr : &*row;
}

std::optional<std::uint64_t> number_in(const Values& values, const Limit* limit) {
  const auto at = values.find(limit);
  if (at == values.end()) return std::nullopt;
  const auto* const number = std::get_if<std::uint64_t>(&std::get<Amount>(at->second));
  return number == nullptr ? std::nullopt : std::optional(*number);
}

}  // namespace

Manager::Manager(Kernel& kernel, Background& background, ServiceManager* service_manager, ManagerEvents& events,
                 Options options)
    : kernel_(kernel),
      background_(background),
      service_manager_(service_manager),
      events_(events),
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

void Manager::create(const CgroupPath& cgroup, const Changes& limits, bool if_absent, LimitsDone done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(fail(ok.error()));
  when_free(cgroup, [this, cgroup, limits, if_absent, done = std::move(done)] {
    if (if_absent && exists(kernel_, cgroup)) return apply_now(cgroup, limits, {}, done);
    const auto stat = kernel_.read(CgroupPath(), "cgroup.stat");
    if (stat && keyed_value(*stat, "nr_descendants").value_or(0) >= options_.max_cgroups) {
      return done(fail(ErrorCode::limit_exceeded,
                       "there are " + std::to_string(options_.max_cgroups) + " cgroups already",
                       "remove some, or raise max-cgroups in cgroupd.conf"));
    }
    auto made = make_branch(kernel_, cgroup);
    if (!made) return done(fail(made.error()));
    Changes all = limits;
    all.insert(options_.defaults.begin(), options_.defaults.end());
    apply_now(cgroup, all, {}, [this, made = *made, done](const Result<Values>& in_force) {
      if (in_force) {
        for (const auto& level : made) events_.created(level);
      } else {
        unmake(kernel_, made);
      }
      done(in_force);
    });
  });
}

void Manager::set_limits(const CgroupPath& cgroup, const Changes& changes, const ExecuteOptions& options,
                         LimitsDone done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(fail(ok.error()));
  when_free(cgroup,
            [this, cgroup, changes, options, done = std::move(done)] { apply_now(cgroup, changes, options, done); });
}

Result<std::vector<std::string>> Manager::plan_limits(const CgroupPath& cgroup, const Changes& changes) {
  if (auto ok = refuse_reserved(cgroup); !ok) return fail(ok.error());
  const auto plan = plan_for(cgroup, changes);
  if (!plan) return fail(plan.error());
  std::vector<std::string> lines;
  for (const auto& step : *plan) lines.push_back(print_step(step));
  return lines;
}

void Manager::unset(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LimitsDone done) {
  Changes changes;
  for (const Limit* const limit : limits) {
    Change change = change_to(unset_value(*limit));
    if (limit->kind == ValueKind::device_max || limit->kind == ValueKind::device_weight) {
      // Devices are unset one by one, so it takes a look at which there are.
      const auto in_force = read_limit(kernel_, cgroup, *limit);
      if (!in_force) return done(fail(diagnose(kernel_, cgroup, limit->file, in_force.error())));
      change = unset_devices(*in_force);
    }
    changes.emplace(limit, std::move(change));
  }
  set_limits(cgroup, changes, {}, std::move(done));
}

void Manager::remove(const CgroupPath& cgroup, bool kill, Done done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(ok);
  when_free(cgroup, [this, cgroup, kill, done = std::move(done)] {
    const auto gone = [this, cgroup, done](Result<void> ok) {
      if (ok) {
        weight_before_idle_.erase(cgroup);
        events_.removed(cgroup);
      }
      done(std::move(ok));
    };
    if (!kill) {
      auto ok = kernel_.remove(cgroup);
      return gone(ok ? ok
                     : Result<void>(fail(diagnose(
                           kernel_, cgroup, "",
                           ok.error().code == ErrorCode::not_found ? no_such_cgroup(kernel_, cgroup) : ok.error()))));
    }
    auto result = std::make_shared<Result<void>>();
    in_background(
        cgroup, [cgroup, result](Kernel& kernel) { *result = kill_and_remove(kernel, cgroup, kill_patience); },
        [gone, result] { gone(*result); });
  });
}

void Manager::attach(const CgroupPath& cgroup, const std::vector<pid_t>& pids, Done done) {
  if (auto ok = refuse_reserved(cgroup); !ok) return done(ok);
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
  return read_status(kernel_, cgroup);
}

std::vector<CgroupStatus> Manager::list() {
  std::vector<CgroupStatus> all;
  for (const auto& cgroup : walk(kernel_, most_walked)) {
    if (auto status = read_status(kernel_, cgroup)) all.push_back(*std::move(status));
  }
  return all;
}

Result<Snapshot> Manager::snapshot(const std::vector<std::string>& fields) {
  return read_snapshot(kernel_, walk(kernel_, most_walked), fields);
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
                                    const Value& in_force) {
  const ParentLimit parent =
      needs_parent(change) ? effective_limit_above(kernel_, cgroup, limit) : ParentLimit(Unlimited{});
  auto value = resolve_change(limit, change, in_force, parent);
  if (!value) return value;
  return as_kernel_rounds(limit, *value);
}

Result<Plan> Manager::plan_for(const CgroupPath& cgroup, const Changes& changes) {
  Target target{.cgroup = cgroup, .in_force = {}, .wanted = {}, .in_use = {}};
  for (const auto& [limit, change] : changes) {
    auto in_force = read_limit(kernel_, cgroup, *limit);
    if (!in_force && in_force.error().code == ErrorCode::not_found && exists(kernel_, cgroup)) {
      // Somebody may have switched the controller off above us since the cgroup was made.
      if (auto ok = hand_down_controllers(kernel_, cgroup.parent()); ok) in_force = read_limit(kernel_, cgroup, *limit);
    }
    if (!in_force) return fail(diagnose(kernel_, cgroup, limit->file, in_force.error()));
    auto wanted = wanted_value(cgroup, *limit, change, *in_force);
    if (!wanted) return fail(wanted.error());
    target.in_force.emplace(limit, *std::move(in_force));
    target.wanted.emplace(limit, *std::move(wanted));
    if (const Limit* const other = companion(*limit); other != nullptr && !changes.contains(other)) {
      if (auto value = read_limit(kernel_, cgroup, *other)) target.in_force.emplace(other, *std::move(value));
    }
    const bool takes_away =
        limit->lowering != Lowering::harmless && lowers(target.in_force.at(limit), target.wanted.at(limit));
    if (takes_away && !target.in_use.memory_bytes) {
      const auto text = kernel_.read_often(cgroup, "memory.current");
      target.in_use.memory_bytes = text ? single_number(*text) : std::nullopt;
    }
  }
  if (const auto remembered = weight_before_idle_.find(cgroup); remembered != weight_before_idle_.end())
    target.remembered_weight = remembered->second;
  return make_plan({target});
}

void Manager::apply_now(const CgroupPath& cgroup, const Changes& changes, const ExecuteOptions& options,
                        LimitsDone done) {
  auto plan = plan_for(cgroup, changes);
  if (!plan) return done(fail(plan.error()));
  if (!may_block(*plan)) return finish_change(cgroup, changes, *plan, execute(kernel_, *plan, options), done);
  auto applied = std::make_shared<Result<std::vector<Value>>>();
  in_background(
      cgroup, [plan = *plan, options, applied](Kernel& kernel) { *applied = execute(kernel, plan, options); },
      [this, cgroup, changes, plan = *plan, applied, done = std::move(done)] {
        finish_change(cgroup, changes, plan, *applied, done);
      });
}

void Manager::finish_change(const CgroupPath& cgroup, const Changes& changes, const Plan& plan,
                            Result<std::vector<Value>> applied, const LimitsDone& done) {
  if (!applied) return done(fail(applied.error()));
  Values in_force;
  for (std::size_t i = 0; i < plan.size(); ++i) in_force.insert_or_assign(plan[i].limit, (*applied)[i]);
  const Limit* const idle = limit_of_role(Role::idle);
  const Limit* const weight = limit_of_role(Role::weight);
  if (const auto now = number_in(in_force, idle)) {
    for (const auto& step : plan) {
      if (step.limit != idle) continue;
      if (*now == 0) weight_before_idle_.erase(cgroup);
      for (const auto& [limit, value] : step.undo) {
        if (*now == 1 && limit == weight)
          weight_before_idle_[cgroup] = number_in({{weight, value}}, weight).value_or(100);
      }
    }
  }
  const Values changed = in_force;
  for (const auto& [limit, change] : changes) {
    if (in_force.contains(limit)) continue;
    if (auto value = read_limit(kernel_, cgroup, *limit)) in_force.emplace(limit, *std::move(value));
  }
  done(in_force);
  if (!changed.empty()) events_.limits_changed(cgroup, changed);
}

void Manager::when_free(const CgroupPath& cgroup, std::function<void()> action) {
  const bool taken = std::ranges::any_of(under_way_, [&](const auto& other) { return related(cgroup, other); }) ||
                     std::ranges::any_of(waiting_, [&](const auto& other) { return related(cgroup, other.cgroup); });
  if (!taken) return action();
  waiting_.push_back({.cgroup = cgroup, .action = std::move(action)});
}

void Manager::in_background(const CgroupPath& cgroup, Background::Job job, std::function<void()> then) {
  under_way_.insert(cgroup);
  background_.run(std::move(job), [this, cgroup, then = std::move(then)] {
    under_way_.erase(under_way_.find(cgroup));
    then();
    // Those that waited go on in their order; each may start work of its own and so hold up the rest again.
    std::list<Waiting> waited;
    waited.swap(waiting_);
    for (auto& next : waited) when_free(next.cgroup, std::move(next.action));
  });
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
    const auto stands = cgroup_of_process(std::to_string(pid));
    error.code = ErrorCode::not_authorized;
    error.message =
        who + " cannot be moved to " + cgroup.str() + ": it stands in " +
        (stands ? *stands : std::string("a cgroup we cannot see")) +
        ", and moving needs write access to cgroup.procs of the nearest common ancestor, which belongs to another user";
    error.hint = "start it in place instead: cgctl run " + cgroup.str() + " -- COMMAND";
    return error;
  }
  error.message = who + ": " + error.message;
  return diagnose(kernel_, cgroup, "cgroup.procs", std::move(error));
}

}  // namespace cgroupd
