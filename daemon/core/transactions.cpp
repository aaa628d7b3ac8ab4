// Plan, note, write, record, acknowledge.
#include "core/transactions.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "cgroupfs/formats.h"
#include "cgroupfs/limit_file.h"
#include "core/diagnosis.h"
#include "core/recording.h"
#include "core/removal.h"
#include "core/tree.h"

namespace cgroupd {
namespace {

// Whether one of them is `cgroup`, lies above it or beneath it. (Each is looked up: callers may name thousands.)
bool any_related(const std::multiset<CgroupPath>& some, const CgroupPath& cgroup) {
  if (some.empty()) return false;
  if (cgroup.is_root() || some.contains(cgroup)) return true;
  if (std::ranges::any_of(cgroup.ancestors(), [&](const auto& above) { return some.contains(above); })) return true;
  const auto least_beneath = cgroup.child("0");  // no name begins with less
  if (!least_beneath) return false;              // so deep that there is nothing beneath
  const auto at = some.lower_bound(*least_beneath);
  return at != some.end() && cgroup.contains(*at);
}

std::optional<std::uint64_t> amount_in(const Value& value) {
  const auto* const amount = std::get_if<Amount>(&value);
  const auto* const number = amount == nullptr ? nullptr : std::get_if<std::uint64_t>(amount);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::vector<std::string> lines_of(const std::vector<CgroupPath>& made, const Plan& plan, bool force,
                                  const std::vector<CgroupPath>& removed, const std::vector<SkippedLimit>& skips) {
  std::vector<std::string> lines;
  for (const auto& cgroup : made) lines.push_back(cgroup.str() + ": make");
  for (const auto& step : plan) lines.push_back(print_step(step, force));
  for (const auto& skipped : skips) {
    lines.push_back(skipped.cgroup.str() + ": skip " + std::string(skipped.limit->file) + " " +
                    print_value_for_people(*skipped.limit, skipped.wanted) + ": " + skipped.why);
  }
  for (const auto& cgroup : removed) lines.push_back(cgroup.str() + ": remove");
  return lines;
}

// What has to be made for `work`, top first.
std::vector<CgroupPath> missing_levels(Kernel& kernel, const Work& work) {
  std::vector<CgroupPath> missing;
  for (const auto& part : work.parts) {
    if (!part.make) continue;
    auto path = part.cgroup.ancestors();
    path.push_back(part.cgroup);
    for (const auto& level : path) {
      if (level.is_root() || std::ranges::find(missing, level) != missing.end() || exists(kernel, level)) continue;
      missing.push_back(level);
    }
  }
  return missing;
}

Removal removal_of(const Work& work) {
  Removal removal{.kill = work.kill};
  for (const auto& part : std::views::reverse(work.parts)) {
    if (part.remove) removal.cgroups.push_back(part.cgroup);
  }
  return removal;
}

// Whether what is wanted leaves every lease an end that can be had: that was acknowledged, too.
Result<void> check_ends(const Part& part, const Target& target) {
  if (!part.desired || !part.desired->next_end()) return {};
  DesiredCgroup desired = *part.desired;
  Target later = target;
  while (const auto end = desired.next_end()) {
    for (const auto& [limit, value] : desired.end_leases(*end)) {
      if (later.in_force.contains(limit)) later.wanted.insert_or_assign(limit, value);
    }
    auto then = make_plan({later});
    if (then) continue;
    then.error().message += " when a lease of " + part.cgroup.str() + " is over";
    return fail(std::move(then.error()));
  }
  return {};
}

// One is whole by itself.
bool is_one_write(const Plan& plan) {
  return plan.empty() || (plan.size() == 1 && !is_per_device(*plan.front().limit));
}

// Everything a daemon that dies now would leave changed; the squeeze of a soft landing moves memory.high, too.
std::vector<Intent::Undo> undo_list(Kernel& kernel, const Plan& plan, const Removal& removal, bool force) {
  std::vector<Intent::Undo> all;
  all.reserve(removal.limits.size() + plan.size());
  for (const auto& step : removal.limits) all.push_back({.cgroup = step.cgroup, .limit = step.limit, .value = step.to});
  for (const auto& step : std::views::reverse(plan)) {
    for (const auto& [limit, value] : step.undo) all.push_back({.cgroup = step.cgroup, .limit = limit, .value = value});
    if (step.risk != Risk::kills || force) continue;
    const Limit* const squeezed = limit_of_role(Role::soft_max);
    const bool known = std::ranges::any_of(
        plan, [&](const Step& other) { return other.cgroup == step.cgroup && other.limit == squeezed; });
    if (known) continue;
    if (auto value = read_limit(kernel, step.cgroup, *squeezed))
      all.push_back({.cgroup = step.cgroup, .limit = squeezed, .value = *std::move(value)});
  }
  return all;
}

}  // namespace

const Values& Outcome::in_force_of(const CgroupPath& cgroup) const {
  static const Values none;
  const auto at = in_force.find(cgroup);
  return at == in_force.end() ? none : at->second;
}

struct Transactions::Running {
  std::vector<CgroupPath> cgroups;
  Prepare prepare;
  Work work;
  Done done;
  std::uint64_t id = 0;
  bool noted = false;
  std::vector<CgroupPath> made;
  Plan plan;
  Removal removal;
  std::stop_source given_up{std::nostopstate};  // has a state when it may block
  std::shared_ptr<void> waiting;                // whatever tells that whoever asked has given up
  Result<std::vector<Value>> applied;
  Result<void> removed;
  Record record;  // with what the parts wanted desired
};

Transactions::Transactions(Kernel& kernel, Backgrounds backgrounds, Store& store, Intents& intents, Time& time,
                           ManagerEvents& events)
    : kernel_(kernel), background_(backgrounds), store_(store), intents_(intents), time_(time), events_(events) {}

Result<void> Transactions::recover() {
  const auto intents = intents_.left_behind();
  if (!intents) return fail(intents.error());
  for (const auto& intent : *intents) {
    const auto recorded = store_.entry(intent.id);
    if (!recorded) return fail(recorded.error());
    // Recorded means acknowledged, or as good as: only its end was not reached.
    if (!*recorded) take_back(intent);
    intents_.end(intent.id);
  }
  return store_.load(time_.now()).map([this](DesiredState state) { desired_ = std::move(state); });
}

void Transactions::take_back(const Intent& intent) {
  for (const auto& cgroup : intent.removed) {
    if (!exists(kernel_, cgroup)) [[maybe_unused]]
      const auto made = make_branch(kernel_, cgroup);
  }
  for (const auto& [cgroup, limit, value] : intent.undo) {
    auto now = read_limit(kernel_, cgroup, *limit);
    if (!now || *now == value) continue;
    // By the executor, which kills nothing: more may be in use by now than what was raised did allow before.
    const Step done{.cgroup = cgroup, .limit = limit, .from = value, .to = *std::move(now), .undo = {{limit, value}}};
    [[maybe_unused]] const auto left_behind = take_back_all(kernel_, {done});
  }
  unmake(kernel_, intent.made);
}

const DesiredCgroup& Transactions::desired_of(const CgroupPath& cgroup) const {
  return cgroupd::desired_of(desired_, cgroup);
}

bool Transactions::is_free(const std::vector<CgroupPath>& cgroups) const {
  return std::ranges::none_of(cgroups, [this](const auto& cgroup) { return any_related(claimed_, cgroup); });
}

void Transactions::wait(Waiting waiting) {
  if (is_free(waiting.cgroups)) return waiting.action();
  claimed_.insert(waiting.cgroups.begin(), waiting.cgroups.end());
  room_.enter(waiting.asker);
  waiting_.push_back(std::move(waiting));
}

void Transactions::when_free(std::vector<CgroupPath> cgroups, std::function<void()> action) {
  wait({.cgroups = std::move(cgroups), .action = std::move(action)});
}

void Transactions::run(std::vector<CgroupPath> cgroups, Prepare prepare, Done done, WaitingRoom::Uid asker) {
  auto running = std::make_shared<Running>();
  running->cgroups = std::move(cgroups);
  running->prepare = std::move(prepare);
  running->done = std::move(done);
  if (is_free(running->cgroups)) return begin(running);
  wait({.cgroups = running->cgroups, .action = [this, running] { begin(running); }, .asker = asker});
}

void Transactions::begin(const std::shared_ptr<Running>& running) {
  claimed_.insert(running->cgroups.begin(), running->cgroups.end());
  auto work = running->prepare();
  if (!work) return end(running, fail(std::move(work.error())));
  running->work = *std::move(work);
  start(running);
}

Result<void> Transactions::look_at(const Part& part, bool is_there, Target& target) {
  target.cgroup = part.cgroup;
  target.wanted = part.wanted;
  if (!is_there) target.in_use.memory_bytes = 0;
  bool concerns_weight = false;
  // What is raised may be lowered again when they end.
  const bool has_leases = part.desired && part.desired->next_end();
  for (const auto& [limit, wanted] : part.wanted) {
    concerns_weight = concerns_weight || limit->role == Role::weight || limit->role == Role::idle;
    if (!is_there) {
      target.in_force.emplace(limit, unset_value(*limit));
      if (const Limit* const other = companion(*limit)) target.in_force.emplace(other, unset_value(*other));
      continue;
    }
    auto in_force = read_limit(kernel_, part.cgroup, *limit);
    if (!in_force && in_force.error().code == ErrorCode::not_found && exists(kernel_, part.cgroup)) {
      // Somebody may have switched the controller off above us since the cgroup was made.
      [[maybe_unused]] const auto refused = hand_down_to(kernel_, part.cgroup);
      in_force = read_limit(kernel_, part.cgroup, *limit);
    }
    if (!in_force) return fail(diagnose(kernel_, part.cgroup, limit->file, in_force.error()));
    const bool takes_away = limit->lowering != Lowering::harmless && lowers(*in_force, wanted);
    const Limit* const other = has_leases ? companion(*limit) : companion(*limit, *in_force, wanted);
    target.in_force.emplace(limit, *std::move(in_force));
    if (other != nullptr && !part.wanted.contains(other)) {
      if (auto value = read_limit(kernel_, part.cgroup, *other)) target.in_force.emplace(other, *std::move(value));
    }
    if (takes_away && !target.in_use.memory_bytes) {
      const auto text = kernel_.read_often(part.cgroup, "memory.current");
      target.in_use.memory_bytes = text ? single_number(*text) : std::nullopt;
    }
  }
  if (!concerns_weight) return {};
  const Limit* const weight = limit_of_role(Role::weight);
  if (const auto remembered = weight_before_idle_.find(part.cgroup); remembered != weight_before_idle_.end()) {
    target.remembered_weight = remembered->second;
  } else if (const Statement* const stated = desired_of(part.cgroup).standing(*weight)) {
    target.remembered_weight = amount_in(*stated->value);
  }
  return {};
}

Result<Plan> Transactions::plan(const Work& work, bool all_there) {
  std::vector<Target> targets;
  for (const auto& part : work.parts) {
    if (part.wanted.empty() || part.remove) continue;
    if (auto ok = look_at(part, all_there || !part.make, targets.emplace_back()); !ok)
      return fail(std::move(ok.error()));
    if (work.is_asked()) {
      if (auto ok = check_ends(part, targets.back()); !ok) return fail(std::move(ok.error()));
    }
    // What stood before rests, too, while its cgroup is idle.
    const bool is_return = work.cause == Cause::lease || work.cause == Cause::undo;
    if (const auto weight = part.wanted.find(limit_of_role(Role::weight)); is_return && weight != part.wanted.end())
      targets.back().remembered_weight = amount_in(weight->second);
  }
  return make_plan(targets);
}

// Whether all of it would go back at the next start by itself: what is in force now is what is desired.
bool Transactions::is_kept(const Plan& plan) const {
  return keeps_ && std::ranges::all_of(plan, [this](const Step& step) {
           const DesiredCgroup& desired = desired_of(step.cgroup);
           return keeps_(desired) && std::ranges::all_of(step.undo, [&](const auto& old) {
                    const Statement* const stands = desired.standing(*old.first);
                    return stands != nullptr && as_kernel_rounds(*old.first, *stands->value) == old.second;
                  });
         });
}

// Before anybody else looks at it: what is skipped is neither admitted nor planned, only stated.
void Transactions::skip_missing(Work& work) {
  for (auto& part : work.parts) {
    if (!part.desired || part.remove) continue;
    for (auto at = part.wanted.begin(); at != part.wanted.end();) {
      const auto [limit, wanted] = *at;
      const auto why = part.desired->skips(*limit) ? why_missing(kernel_, *limit) : std::nullopt;
      if (!why) {
        ++at;
        continue;
      }
      at = part.wanted.erase(at);
      SkippedLimit skipped{
          .cgroup = part.cgroup, .limit = limit, .wanted = wanted, .why = why->text(), .stated_before = {}};
      const DesiredCgroup& known = desired_of(part.cgroup);
      const Statement* const before = known.standing(*limit);
      if (before != nullptr) skipped.stated_before = before->value;
      // Said again, it is no news.
      if (skipped.stated_before != wanted || !known.skips(*limit)) work.skipped.push_back(std::move(skipped));
    }
  }
}

Result<void> Transactions::admit(Work& work, const void* key) {
  if (gate_ == nullptr) return {};
  if (auto ok = gate_->admit(work, missing_levels(kernel_, work), key); !ok) return ok;
  // What the gate added was not asked for, so what was stated about it before stays.
  for (auto& part : work.parts) {
    if (!part.by_gate) continue;
    if (auto before = desired_of(part.cgroup); !before.empty()) part.desired = std::move(before);
  }
  return {};
}

Result<std::vector<std::string>> Transactions::describe(const Work& work) {
  Work admitted = work;
  skip_missing(admitted);
  const Removal removal = removal_of(work);
  return check_removable(kernel_, removal)
      .and_then([&] { return admit(admitted, nullptr); })
      .and_then([&] { return plan(admitted, false); })
      .map([&](const Plan& steps) {
        return lines_of(missing_levels(kernel_, work), steps, work.execute.force, removal.cgroups, admitted.skipped);
      });
}

void Transactions::start(const std::shared_ptr<Running>& running) {
  skip_missing(running->work);
  const Work& work = running->work;
  running->removal = removal_of(work);
  auto steps = check_removable(kernel_, running->removal)
                   .and_then([&] { return admit(running->work, running.get()); })
                   .and_then([&] { return plan(work, false); });
  if (!steps) return end(running, fail(steps.error()));
  running->plan = *std::move(steps);
  look_before_removing(kernel_, running->removal);
  running->id = store_.next_entry();

  const auto missing = missing_levels(kernel_, work);
  const bool brings_back = running->removal.can_be_brought_back();
  const bool is_whole = is_one_write(running->plan) || is_kept(running->plan);
  if (!missing.empty() || !is_whole || may_block(running->plan) || brings_back) {
    Intent intent{.id = running->id,
                  .undo = undo_list(kernel_, running->plan, running->removal, work.execute.force),
                  .made = missing};
    if (brings_back) intent.removed.assign(running->removal.cgroups.rbegin(), running->removal.cgroups.rend());
    auto noted = intents_.begin(intent);
    if (!noted) return end(running, fail(noted.error()));
    running->noted = true;
  }
  Result<void> made;
  for (const auto& part : work.parts) {
    if (!part.make || std::ranges::find(running->made, part.cgroup) != running->made.end()) continue;
    const auto levels = make_branch(kernel_, part.cgroup);
    if (levels) running->made.insert(running->made.end(), levels->begin(), levels->end());
    if (!levels) made = fail(levels.error());
    if (!made) break;
  }
  if (gate_ != nullptr) gate_->made(running->made, work);
  if (made && !running->made.empty()) {
    auto now = plan(work, true);
    if (!now) {
      made = fail(now.error());
    } else {
      running->plan = *std::move(now);
    }
  }
  if (!made) {
    unmake(kernel_, running->made);
    return end(running, fail(made.error()));
  }

  const bool kills = work.kill && !running->removal.cgroups.empty();
  if (!may_block(running->plan) && !kills) {
    bring_into_force(kernel_, *running, work.execute);
    return executed(running);
  }
  running->given_up = std::stop_source();
  if (work.execute.while_waiting) {
    running->waiting =
        work.execute.while_waiting([given_up = running->given_up]() mutable { given_up.request_stop(); });
  }
  const auto job = [running](Kernel& kernel, const std::stop_token& stop) {
    std::stop_source either;
    const auto give_up = [&either] { either.request_stop(); };
    const std::stop_callback at_our_end(stop, give_up);
    const std::stop_callback at_their_end(running->given_up.get_token(), give_up);
    ExecuteOptions options = running->work.execute;
    options.stop = either.get_token();
    bring_into_force(kernel, *running, options);
  };
  const bool is_patient = work.execute.within > ExecuteOptions().within;
  (is_patient ? background_.patient : background_.work).run(job, [this, running] { executed(running); });
}

void Transactions::bring_into_force(Kernel& kernel, Running& running, const ExecuteOptions& options) {
  running.applied = execute(kernel, running.plan, options);
  if (!running.applied) return;
  running.removed = remove_all(kernel, running.removal);
  if (!running.removed)
    running.removed.error().message += bring_back(kernel, running.removal) + take_back_all(kernel, running.plan);
}

void Transactions::executed(const std::shared_ptr<Running>& running) {
  running->waiting.reset();
  if (running->applied && running->removed) return commit(running);
  const Error error = running->applied ? running->removed.error() : running->applied.error();
  unmake(kernel_, running->made);
  end(running, fail(error));
}

void Transactions::commit(const std::shared_ptr<Running>& running) {
  const Moment now = time_.now();
  running->record = record_of(running->work,
                              {.id = running->id,
                               .plan = running->plan,
                               .in_force = *running->applied,
                               .made = running->made,
                               .removal = running->removal,
                               .always = running->noted},
                              desired_, now);
  if (auto ok = store_.commit(running->record, now); !ok) return take_back(running, ok.error());
  if (running->work.durable) to_sync_.push_back(running);
  if (!syncing_ && (running->work.durable || store_.wants_sync())) sync_disk();
  if (!putting_ && store_.wants_put()) put_noted();
  if (!running->work.durable) finish(running);
}

// One wait for the disk serves everything that was committed before it began.
void Transactions::sync_disk() {
  syncing_ = true;
  auto batch = std::make_shared<std::vector<std::shared_ptr<Running>>>(std::exchange(to_sync_, {}));
  auto result = std::make_shared<Result<void>>();
  background_.disk.run(
      [&store = store_, result](Kernel& /*kernel*/, const std::stop_token& /*stop*/) { *result = store.sync(); },
      [this, batch, result] {
        syncing_ = false;
        for (const auto& running : *batch) {
          if (*result) {
            finish(running);
            continue;
          }
          Record before{.cgroups = {}, .entry = {}, .forgotten = running->id};
          for (const auto& part : running->work.parts) before.cgroups[part.cgroup] = desired_of(part.cgroup);
          [[maybe_unused]] const auto ignored = store_.commit(before, time_.now());
          take_back(running, result->error());
        }
        if (!to_sync_.empty() && !syncing_) sync_disk();
      });
}

// What cannot be put is tried again where somebody can be told: at a later commit().
void Transactions::put_noted() {
  putting_ = true;
  background_.disk.run(
      [&store = store_, noted = store_.take_noted()](Kernel& /*kernel*/, const std::stop_token& /*stop*/) {
        [[maybe_unused]] const auto ignored = store.put(noted);
      },
      [this] { putting_ = false; });
}

// What cannot be recorded must not be in force either.
void Transactions::take_back(const std::shared_ptr<Running>& running, Error why) {
  auto left = std::make_shared<std::string>();
  background_.work.run(
      [running, left](Kernel& kernel, const std::stop_token& /*stop*/) {
        *left = bring_back(kernel, running->removal) + take_back_all(kernel, running->plan);
        unmake(kernel, running->made);
      },
      [this, running, left, why = std::move(why)]() mutable {
        const bool gone = running->removal.kill && !running->removal.cgroups.empty();
        why.message = "the change could not be recorded, so it was taken back" +
                      std::string(gone ? ", but what was removed is gone" : "") + ": " + why.message + *left;
        end(running, fail(std::move(why)));
      });
}

void Transactions::remember_weights(const Running& running) {
  const Limit* const idle = limit_of_role(Role::idle);
  for (std::size_t i = 0; i < running.plan.size(); ++i) {
    const Step& step = running.plan[i];
    if (step.limit != idle) continue;
    const auto now = amount_in((*running.applied)[i]);
    if (now == 0) weight_before_idle_.erase(step.cgroup);
    for (const auto& [limit, value] : step.undo) {
      if (now == 1 && limit != idle) weight_before_idle_[step.cgroup] = amount_in(value).value_or(100);
    }
  }
  if (weight_before_idle_.empty()) return;
  // What was wanted while it rests comes back instead.
  for (const auto& part : running.work.parts) {
    const auto wanted = part.wanted.find(limit_of_role(Role::weight));
    const auto resting = weight_before_idle_.find(part.cgroup);
    if (wanted != part.wanted.end() && resting != weight_before_idle_.end())
      resting->second = amount_in(wanted->second).value_or(resting->second);
  }
}

void Transactions::finish(const std::shared_ptr<Running>& running) {
  const Work& work = running->work;
  Outcome outcome;
  remember_weights(*running);
  for (std::size_t i = 0; i < running->plan.size(); ++i) {
    const Step& step = running->plan[i];
    outcome.changed[step.cgroup].insert_or_assign(step.limit, (*running->applied)[i]);
  }
  outcome.in_force = outcome.changed;
  for (const auto& part : work.parts) {
    if (part.remove || part.wanted.empty()) continue;
    // What needed no step is in force already.
    Values& in_force = outcome.in_force[part.cgroup];
    for (const auto& [limit, wanted] : part.wanted) in_force.try_emplace(limit, wanted);
  }
  outcome.made = running->made;
  outcome.removed = running->removal.cgroups;
  outcome.skipped = work.skipped;
  if (work.say_steps)
    outcome.steps = lines_of(outcome.made, running->plan, work.execute.force, outcome.removed, outcome.skipped);
  end(running, std::move(outcome));
}

std::map<CgroupPath, std::vector<const Limit*>> Transactions::replaced_leases(const Running& running) const {
  std::map<CgroupPath, std::vector<const Limit*>> replaced;
  if (running.work.cause == Cause::lease) return replaced;
  for (const auto& [cgroup, desired] : running.record.cgroups) {
    const DesiredCgroup& before = desired_of(cgroup);
    if (!before.next_end()) continue;
    for (const auto& [limit, statements] : before.statements()) {
      if (before.leased(*limit) && !(desired && desired->has_leases_of(before, *limit)))
        replaced[cgroup].push_back(limit);
    }
  }
  return replaced;
}

// Answers whether a lease came, went or moved.
bool Transactions::take_over(Record&& record) {
  bool leases_change = false;
  for (auto& [cgroup, desired] : record.cgroups) {
    const auto before = desired_.find(cgroup);
    leases_change =
        leases_change || (before != desired_.end() && before->second.next_end()) || (desired && desired->next_end());
    if (!desired || desired->empty()) {
      desired_.erase(cgroup);
    } else if (before != desired_.end()) {
      before->second = *std::move(desired);
    } else {
      desired_.emplace(cgroup, *std::move(desired));
    }
  }
  return leases_change;
}

void Transactions::end(const std::shared_ptr<Running>& running, const Result<Outcome>& outcome) {
  if (gate_ != nullptr) gate_->ended(running.get());
  std::map<CgroupPath, std::vector<const Limit*>> replaced;
  if (outcome) {
    replaced = replaced_leases(*running);
    if (take_over(std::move(running->record)) && on_leases_changed_) on_leases_changed_();
  }
  free(running->cgroups);
  running->done(outcome);
  // Whoever waits for the answer need not wait for this: what is recorded is not taken back, and what was taken back is
  // so already.
  if (running->noted) intents_.end(running->id);
  if (outcome) {
    for (const auto& part : running->work.parts) {
      if (part.remove) weight_before_idle_.erase(part.cgroup);
      if (on_desired_changed_) on_desired_changed_(part.cgroup, desired_of(part.cgroup));
    }
    for (const auto& cgroup : outcome->made) events_.created(cgroup);
    for (const auto& [cgroup, changed] : outcome->changed) events_.limits_changed(cgroup, changed);
    for (const auto& cgroup : outcome->removed) events_.removed(cgroup);
    for (const auto& [cgroup, limits] : replaced) events_.lease_ended(cgroup, limits, LeaseEnd::replaced);
  }
  // Those that waited go on in their order; each may hold up the rest again.
  if (waiting_.empty()) return;
  std::list<Waiting> waited;
  waited.swap(waiting_);
  for (const auto& next : waited) {
    free(next.cgroups);
    room_.leave(next.asker);
  }
  for (auto& next : waited) wait(std::move(next));
}

void Transactions::free(const std::vector<CgroupPath>& cgroups) {
  for (const auto& cgroup : cgroups) claimed_.erase(claimed_.find(cgroup));
}

}  // namespace cgroupd
