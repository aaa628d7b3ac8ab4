// Compare, then repair, report or adopt.
#include "core/reconciler.h"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include "cgroupfs/formats.h"
#include "cgroupfs/limit_file.h"
#include "cgroupfs/processes.h"
#include "core/diagnosis.h"
#include "core/likely_writer.h"
#include "core/tree.h"
#include "model/budget.h"

namespace cgroupd {
namespace {

constexpr std::size_t most_processes = 2'000;
constexpr std::chrono::microseconds first_delay = std::chrono::seconds(1);
constexpr std::chrono::microseconds longest_delay = std::chrono::minutes(5);
constexpr std::chrono::microseconds peace = std::chrono::minutes(1);
constexpr std::chrono::microseconds blind_pause = std::chrono::seconds(10);

bool bounds_a_resource(const Limit& limit) {
  return std::ranges::any_of(all_resources, [&](Resource one) { return &limit_of_resource(one) == &limit; });
}

std::string text_of(const std::optional<Value>& value) {
  return value ? print_value(*value) : "absent";
}

}  // namespace

Reconciler::Reconciler(Kernel& kernel, Watches& watches, Transactions& transactions, Time& time, ManagerEvents& events,
                       DriftPolicy policy, std::uint32_t uid)
    : kernel_(kernel),
      transactions_(transactions),
      watches_(watches),
      time_(time),
      events_(events),
      policy_(policy),
      uid_(uid),
      alarm_(time.alarm([this] { ring(); })),
      look_again_(time.alarm([this] { look_at_unwatched(); })) {
  transactions.kept_by([this](const DesiredCgroup& desired) { return policy_of(desired) == DriftPolicy::repair; });
}

void Reconciler::start(bool tree_is_new) {
  starting_ = true;
  is_held_ = somebody_holds_the_tree();
  watch(CgroupPath());
  for (const auto& cgroup : walk(kernel_, most_walked)) watch(cgroup);
  for (const auto& cgroup : known()) {
    if (exists(kernel_, cgroup)) {
      check(cgroup);
    } else if (tree_is_new) {
      remake(cgroup, Share::all);
    } else {
      vanished(cgroup);
    }
  }
  starting_ = false;
}

void Reconciler::set_policy(DriftPolicy policy) {
  if (std::exchange(policy_, policy) == policy) return;
  for (const auto& cgroup : known()) check(cgroup);
}

void Reconciler::changed(const std::vector<TreeEvent>& events) {
  std::map<CgroupPath, std::set<const Limit*>> written;
  for (const auto& event : events) {
    switch (event.kind) {
      case TreeEvent::Kind::written:
        if (event.file == "cgroup.subtree_control") {
          controllers_written(event.cgroup);
        } else if (const Limit* const limit = find_limit(event.file)) {
          if (transactions_.desired_of(event.cgroup).standing(*limit) != nullptr) written[event.cgroup].insert(limit);
        }
        break;
      case TreeEvent::Kind::made:
        appeared(event.cgroup);
        break;
      case TreeEvent::Kind::removed:
        vanished(event.cgroup);
        break;
      case TreeEvent::Kind::lost:
        for (const auto& cgroup : walk(kernel_, most_walked)) watch(cgroup);
        check_beneath(CgroupPath());
        for (const auto& cgroup : known()) {
          if (!exists(kernel_, cgroup)) vanished(cgroup);
        }
        break;
      case TreeEvent::Kind::above:
        controllers_written(CgroupPath());
        break;
    }
  }
  for (const auto& [cgroup, limits] : written)
    transactions_.when_free({cgroup}, [this, cgroup, limits] { check_limits(cgroup, limits); });
}

void Reconciler::check(const CgroupPath& cgroup) {
  transactions_.when_free({cgroup}, [this, cgroup] { check_limits(cgroup, std::nullopt); });
}

std::vector<CgroupPath> Reconciler::known() const {
  std::vector<CgroupPath> all;
  for (const auto& [cgroup, desired] : transactions_.desired()) all.push_back(cgroup);
  return all;
}

void Reconciler::watch(const CgroupPath& cgroup) {
  const auto ok = watches_.watch(cgroup);
  const bool is_blind = !ok && ok.error().code != ErrorCode::not_found;
  if (!is_blind) {
    if (unwatched_.erase(cgroup) > 0 && unwatched_.empty()) {
      look_again_->off();
      if (on_blind_spot_) on_blind_spot_({});
    }
    return;
  }
  const bool begins = unwatched_.empty();
  unwatched_.insert(cgroup);
  if (!begins) return;
  look_again_->ring_at(time_.now().boot + blind_pause);
  if (on_blind_spot_) on_blind_spot_(ok.error().text());
}

// The one place that polls, and only while the kernel refuses to tell us.
void Reconciler::look_at_unwatched() {
  const std::set<CgroupPath> before = unwatched_;
  for (const auto& cgroup : before) {
    if (cgroup.is_root() || exists(kernel_, cgroup)) {
      appeared(cgroup);
    } else {
      unwatched_.erase(cgroup);
      vanished(cgroup);
    }
  }
  if (!unwatched_.empty()) look_again_->ring_at(time_.now().boot + blind_pause);
}

// A fresh cgroup has not moved from what is desired, it never was there: it gets its limits, whatever the policy.
void Reconciler::appeared(const CgroupPath& cgroup) {
  if (cgroup.str() == supervisor_name) return;
  const auto begin = [this](const CgroupPath& one) {
    watch(one);
    transactions_.when_free({one}, [this, one] { check_limits(one, std::nullopt, true); });
  };
  if (cgroup.is_root()) {
    watch(cgroup);
  } else {
    begin(cgroup);
  }
  // What was made in it before the watch was there.
  for (const auto& below : walk_beneath(kernel_, cgroup, most_walked)) begin(below);
}

// Who holds it dies first when all of it is taken away.
bool Reconciler::somebody_holds_the_tree() {
  const auto leaf = CgroupPath().child(supervisor_name);
  const auto events = leaf.and_then([this](const CgroupPath& one) { return kernel_.read(one, "cgroup.events"); });
  return events && keyed_value(*events, "populated") == 1;
}

// Whoever removed it does not want it back, not even after a reboot; its limits stay stated, should it come back. But
// when the tree ends as a whole, nobody has said anything about this one: the next tree has it again.
void Reconciler::vanished(const CgroupPath& cgroup) {
  if (!transactions_.desired_of(cgroup).made_by) return;
  transactions_.run(
      {cgroup},
      [this, cgroup]() -> Result<Work> {
        DesiredCgroup desired = transactions_.desired_of(cgroup);
        const bool goes_with_the_tree = is_held_ && !somebody_holds_the_tree();
        if (!exists(kernel_, cgroup) && !goes_with_the_tree) desired.made_by.reset();
        return Work{.parts = {Part{.cgroup = cgroup, .desired = desired}}, .cause = Cause::drift, .durable = false};
      },
      [](const Result<Outcome>& /*done*/) {});
}

// A limit that cannot be had now (another disk, fewer CPUs) must not keep the others from standing: check() sets them
// one by one. But nothing is made that would not be admitted, so with its bounds first where it needs them.
void Reconciler::remake(const CgroupPath& cgroup, Share share) {
  if (!transactions_.desired_of(cgroup).made_by) return;
  transactions_.run(
      {cgroup},
      [this, cgroup, share]() -> Result<Work> {
        const DesiredCgroup& desired = transactions_.desired_of(cgroup);
        const bool is_there = exists(kernel_, cgroup);
        Values wanted = desired.wanted();
        std::erase_if(wanted, [share](const auto& entry) {
          return share == Share::nothing || (share == Share::bounds && !bounds_a_resource(*entry.first));
        });
        return Work{.parts = {Part{.cgroup = cgroup, .make = !is_there, .wanted = wanted, .desired = desired}},
                    .cause = Cause::drift,
                    .durable = false};
      },
      [this, cgroup, share](const Result<Outcome>& done) {
        if (done) {
          watch(cgroup);
          return share == Share::all ? void() : check(cgroup);
        }
        if (share != Share::nothing) return remake(cgroup, share == Share::all ? Share::bounds : Share::nothing);
        for (const auto& [limit, value] : transactions_.desired_of(cgroup).wanted()) {
          tell(cgroup, {.limit = limit, .wanted = value, .found = {}}, DriftAction::failed, "",
               "the cgroup cannot be made again: " + done.error().text());
        }
      });
}

void Reconciler::controllers_written(const CgroupPath& at) {
  controllers_written_ = time_.now().boot;
  ++controller_writes_;
  // What was refused for want of a controller may go through now.
  for (auto& [place, fight] : fights_) {
    if (fight.refused && at.contains(place.first)) fight.wait_until = std::chrono::microseconds::zero();
  }
  check_beneath(at);
}

void Reconciler::check_beneath(const CgroupPath& top) {
  std::vector<CgroupPath> below;
  for (const auto& [cgroup, desired] : transactions_.desired()) {
    if (cgroup != top && top.contains(cgroup)) below.push_back(cgroup);
  }
  for (const auto& cgroup : below) check(cgroup);
}

std::vector<Reconciler::Difference> Reconciler::compare(const CgroupPath& cgroup,
                                                        const std::optional<std::set<const Limit*>>& limits) {
  std::vector<Difference> differences;
  const DesiredCgroup& desired = transactions_.desired_of(cgroup);
  bool handed_down = false;
  for (const auto& [limit, ignored] : desired.statements()) {
    if (limits && !limits->contains(limit)) continue;
    const Statement* const stands = desired.standing(*limit);
    if (stands == nullptr || is_skipped(cgroup, *limit, *stands)) continue;
    auto found = read_limit(kernel_, cgroup, *limit);
    if (!found && !handed_down && found.error().code == ErrorCode::not_found && exists(kernel_, cgroup) &&
        (policy_of(desired) != DriftPolicy::report || skipped_.contains({cgroup, limit}))) {
      handed_down = true;
      [[maybe_unused]] const auto refused = hand_down_to(kernel_, cgroup);
      found = read_limit(kernel_, cgroup, *limit);
    }
    if (found && *found == as_kernel_rounds(*limit, *stands->value)) {
      reported_.erase({cgroup, limit});
      skipped_.erase({cgroup, limit});
      continue;
    }
    if (!found && !exists(kernel_, cgroup)) return {};
    if (rests_while_idle(cgroup, *limit)) continue;
    differences.push_back({.limit = limit,
                           .wanted = *stands->value,
                           .found = found ? std::optional(*std::move(found)) : std::nullopt,
                           .was_skipped = skipped_.contains({cgroup, limit})});
  }
  return differences;
}

// What was agreed to be skipped is said once (again after a restart), and is no drift until it can be had.
bool Reconciler::is_skipped(const CgroupPath& cgroup, const Limit& limit, const Statement& stands) {
  if (stands.on_missing != OnMissing::skip) return false;
  const auto why = why_missing(kernel_, limit);
  if (!why) return false;
  if (skipped_.insert({cgroup, &limit}).second) {
    events_.drifted({.cgroup = cgroup,
                     .limit = &limit,
                     .found = text_of({}),
                     .wanted = print_value(*stands.value),
                     .action = DriftAction::reported,
                     .likely_writer = {},
                     .reason = "skipped: " + why->text()});
  }
  return true;
}

// cpu.idle takes the weight away for as long as it is on; that is no drift.
bool Reconciler::rests_while_idle(const CgroupPath& cgroup, const Limit& limit) {
  const Limit* const idle = limit.role == Role::weight ? companion(limit) : nullptr;
  if (idle == nullptr) return false;
  const auto now = read_limit(kernel_, cgroup, *idle);
  return now && *now == Value(Amount(std::uint64_t{1}));
}

void Reconciler::check_limits(const CgroupPath& cgroup, const std::optional<std::set<const Limit*>>& limits,
                              bool is_fresh) {
  auto differences = compare(cgroup, limits);
  // What was skipped and can be had at last is nobody's drift: it becomes true whatever the policy.
  const auto [first, last] =
      std::ranges::stable_partition(differences, [](const Difference& difference) { return !difference.was_skipped; });
  const std::vector<Difference> at_last(first, last);
  differences.erase(first, last);
  for (const auto& difference : at_last) skipped_.erase({cgroup, difference.limit});
  if (!at_last.empty()) repair(cgroup, at_last);
  if (differences.empty()) return;
  const DriftPolicy policy = policy_of(transactions_.desired_of(cgroup));
  // A default that nobody wrote is nothing to adopt, and on a fresh cgroup nothing to report either.
  if (is_fresh || (policy == DriftPolicy::adopt && controllers_were_switched())) {
    std::vector<Difference> reset;
    for (const auto& difference : differences) {
      if (is_reset(difference)) reset.push_back(difference);
    }
    std::erase_if(differences, is_reset);
    if (!reset.empty()) repair(cgroup, reset);
    if (differences.empty()) return;
  }
  switch (policy) {
    case DriftPolicy::repair:
      return repair(cgroup, differences);
    case DriftPolicy::report:
      return report(cgroup, differences);
    case DriftPolicy::adopt:
      return adopt(cgroup, differences);
  }
}

void Reconciler::repair(const CgroupPath& cgroup, const std::vector<Difference>& differences) {
  std::vector<Difference> now;
  for (const auto& difference : differences) {
    if (may_repair(cgroup, difference)) now.push_back(difference);
  }
  if (!now.empty()) write(cgroup, now);
}

// Several limits at once where they depend on each other; one that cannot be put back does not hold up the others.
void Reconciler::write(const CgroupPath& cgroup, const std::vector<Difference>& differences) {
  transactions_.run(
      {cgroup},
      [this, cgroup, differences]() -> Result<Work> {
        Part part{.cgroup = cgroup, .desired = transactions_.desired_of(cgroup)};
        for (const auto& difference : differences) {
          if (const Statement* const stands = part.desired->standing(*difference.limit))
            part.wanted.emplace(difference.limit, *stands->value);
        }
        return Work{.parts = {std::move(part)}, .cause = Cause::drift, .durable = false};
      },
      [this, cgroup, differences, at_start = starting_,
       writes_before = controller_writes_](const Result<Outcome>& done) {
        // A controller was switched meanwhile, and what that changed is to be looked at now that this has ended.
        if (!done && controller_writes_ != writes_before) return check(cgroup);
        if (!done && differences.size() > 1) {
          for (const auto& difference : differences) write(cgroup, {difference});
          return;
        }
        // Their write comes to us as an event of its own, and costs the next repair.
        if (!done && done.error().overwritten) return;
        const std::string writer = writer_of(cgroup, differences, at_start);
        for (const auto& difference : differences) {
          Fight& fight = fights_[{cgroup, difference.limit}];
          if (done) {
            if (std::exchange(fight.refused, false)) fight.delay = {};
            tell(cgroup, difference, DriftAction::repaired, writer);
            continue;
          }
          if (!exists(kernel_, cgroup)) continue;
          constexpr std::chrono::microseconds least = std::chrono::seconds(5);
          fight.refused = true;
          wait(fight, least);
          tell(cgroup, difference, DriftAction::failed, writer, done.error().text(), fight.delay);
        }
      });
}

void Reconciler::report(const CgroupPath& cgroup, const std::vector<Difference>& differences) {
  std::optional<std::string> writer;
  for (const auto& difference : differences) {
    auto& last = reported_[{cgroup, difference.limit}];
    const std::string found = text_of(difference.found);
    if (last == found) continue;
    last = found;
    if (!writer) writer = writer_of(cgroup, differences, starting_);
    tell(cgroup, difference, DriftAction::reported, *writer);
  }
}

void Reconciler::adopt(const CgroupPath& cgroup, const std::vector<Difference>& differences) {
  transactions_.run(
      {cgroup},
      [this, cgroup, differences]() -> Result<Work> {
        Work work{.parts = {Part{.cgroup = cgroup, .desired = transactions_.desired_of(cgroup)}},
                  .cause = Cause::drift};
        for (const auto& difference : differences) {
          if (!difference.found) continue;
          work.parts.front().desired->state(*difference.limit, Origin::user, *difference.found);
          work.noted.push_back({.cgroup = cgroup,
                                .limit = difference.limit,
                                .before = difference.wanted,
                                .after = *difference.found,
                                .stated_before = true});
        }
        return work;
      },
      [this, cgroup, differences, writer = writer_of(cgroup, differences, starting_)](const Result<Outcome>& done) {
        for (const auto& difference : differences) {
          const bool adopted = done && difference.found;
          tell(cgroup, difference, adopted ? DriftAction::adopted : DriftAction::failed, writer,
               adopted ? ""
               : done  ? "its interface file is not there"
                       : done.error().text());
        }
      });
}

// Whether to write now. Somebody who writes again and again is met more and more slowly.
bool Reconciler::may_repair(const CgroupPath& cgroup, const Difference& difference) {
  const auto now = time_.now().boot;
  Fight& fight = fights_[{cgroup, difference.limit}];
  if (now - fight.last > peace + fight.delay) fight = {};
  if (now < fight.wait_until) return false;
  const double seconds = std::chrono::duration<double>(now - fight.last).count();
  fight.credit = std::min(most_credit, fight.credit + seconds);
  fight.last = now;
  // What was refused is tried again; that is nobody's fight, and takes no patience.
  if (fight.refused) {
    fight.waited = false;
    return true;
  }
  if (fight.waited || fight.credit >= 1) {
    fight.credit = fight.waited ? 0 : fight.credit - 1;
    fight.waited = false;
    return true;
  }
  wait(fight, first_delay);
  tell(cgroup, difference, DriftAction::fighting, writer_of(cgroup, {difference}, starting_), {}, fight.delay);
  return false;
}

void Reconciler::wait(Fight& fight, std::chrono::microseconds least) {
  const auto now = time_.now().boot;
  fight.delay = std::clamp(fight.delay * 2, least, longest_delay);
  fight.wait_until = now + fight.delay;
  fight.last = now;
  fight.waited = true;
  auto next = fight.wait_until;
  for (const auto& [place, other] : fights_) {
    if (other.wait_until > now) next = std::min(next, other.wait_until);
  }
  alarm_->ring_at(next);
}

void Reconciler::ring() {
  const auto now = time_.now().boot;
  std::set<CgroupPath> due;
  std::optional<std::chrono::microseconds> next;
  for (const auto& [place, fight] : fights_) {
    if (fight.wait_until > now) {
      next = next ? std::min(*next, fight.wait_until) : fight.wait_until;
    } else if (fight.waited) {
      due.insert(place.first);
    }
  }
  std::erase_if(skipped_, [&](const Place& place) { return !transactions_.desired().contains(place.first); });
  std::erase_if(fights_, [&](const auto& entry) {
    return !transactions_.desired().contains(entry.first.first) || now - entry.second.last > peace + longest_delay;
  });
  if (next) alarm_->ring_at(*next);
  for (const auto& cgroup : due) check(cgroup);
}

bool Reconciler::is_reset(const Difference& difference) {
  return !difference.found || *difference.found == unset_value(*difference.limit);
}

bool Reconciler::controllers_were_switched() const {
  constexpr std::chrono::microseconds recent = std::chrono::seconds(2);
  return controllers_written_ && time_.now().boot - *controllers_written_ < recent;
}

std::string Reconciler::writer_of(const CgroupPath& cgroup, const std::vector<Difference>& differences, bool at_start) {
  Traces traces{.while_away = at_start, .uid = uid_};
  traces.controller_was_switched = controllers_were_switched() && std::ranges::all_of(differences, is_reset);
  if (traces.while_away || traces.controller_was_switched) return likely_writer(traces);
  // Every process is read for it, so whoever writes ten times a second is looked for once.
  constexpr std::chrono::microseconds same_hand = std::chrono::seconds(1);
  const auto now = time_.now().boot;
  std::erase_if(suspects_, [&](const auto& entry) { return now > entry.second.until; });
  const auto [at, is_new] = suspects_.try_emplace({cgroup, differences.front().limit});
  if (is_new) {
    traces.processes = processes_of(uid_, most_processes);
    std::erase_if(traces.processes, [](const Process& process) { return process.pid == ::getpid(); });
    at->second = {.writer = likely_writer(traces), .until = now + same_hand};
  }
  return at->second.writer;
}

void Reconciler::tell(const CgroupPath& cgroup, const Difference& difference, DriftAction action,
                      const std::string& writer, const std::string& reason,
                      std::optional<std::chrono::microseconds> retry_in) {
  switch (action) {
    case DriftAction::repaired:
      ++counts_.repaired;
      break;
    case DriftAction::reported:
      ++counts_.reported;
      break;
    case DriftAction::adopted:
      ++counts_.adopted;
      break;
    case DriftAction::fighting:
      ++counts_.fighting;
      break;
    case DriftAction::failed:
      ++counts_.failed;
      break;
  }
  events_.drifted({.cgroup = cgroup,
                   .limit = difference.limit,
                   .found = text_of(difference.found),
                   .wanted = print_value(difference.wanted),
                   .action = action,
                   .likely_writer = writer,
                   .reason = reason,
                   .retry_in = retry_in});
}

}  // namespace cgroupd
