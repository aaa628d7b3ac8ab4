// Which statement stands.
#include "model/desired.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

namespace cgroupd {
namespace {

constexpr std::array<std::pair<Origin, std::string_view>, 6> origins = {{{Origin::found, "found"},
                                                                         {Origin::defaults, "default"},
                                                                         {Origin::file, "file"},
                                                                         {Origin::user, "user"},
                                                                         {Origin::runtime, "runtime"},
                                                                         {Origin::lease, "lease"}}};
constexpr std::array<std::pair<DriftPolicy, std::string_view>, 3> policies = {
    {{DriftPolicy::repair, "repair"}, {DriftPolicy::report, "report"}, {DriftPolicy::adopt, "adopt"}}};

constexpr std::array<std::pair<OnMissing, std::string_view>, 2> answers_to_missing = {
    {{OnMissing::refuse, "refuse"}, {OnMissing::skip, "skip"}}};

bool is_lease(const Statement& statement) {
  return statement.origin == Origin::lease;
}

}  // namespace

std::string_view origin_name(Origin origin) {
  return std::ranges::find(origins, origin, &std::pair<Origin, std::string_view>::first)->second;
}

std::optional<Origin> find_origin(std::string_view name) {
  const auto* const at = std::ranges::find(origins, name, &std::pair<Origin, std::string_view>::second);
  return at == origins.end() ? std::nullopt : std::optional(at->first);
}

std::string_view drift_policy_name(DriftPolicy policy) {
  return std::ranges::find(policies, policy, &std::pair<DriftPolicy, std::string_view>::first)->second;
}

Result<DriftPolicy> parse_drift_policy(std::string_view text) {
  const auto* const at = std::ranges::find(policies, text, &std::pair<DriftPolicy, std::string_view>::second);
  if (at == policies.end()) {
    return fail(ErrorCode::invalid_argument, "'" + std::string(text.substr(0, 64)) + "' is no drift policy",
                "write repair, report or adopt");
  }
  return at->first;
}

std::string_view on_missing_name(OnMissing what) {
  return std::ranges::find(answers_to_missing, what, &std::pair<OnMissing, std::string_view>::first)->second;
}

Result<OnMissing> parse_on_missing(std::string_view text) {
  const auto* const at = std::ranges::find(answers_to_missing, text, &std::pair<OnMissing, std::string_view>::second);
  if (at == answers_to_missing.end()) {
    return fail(ErrorCode::invalid_argument,
                "'" + std::string(text.substr(0, 64)) + "' is no answer to a missing controller",
                "write refuse or skip");
  }
  return at->first;
}

void DesiredCgroup::state(const Limit& limit, Origin origin, Value value, OnMissing on_missing) {
  auto& all = statements_[&limit];
  std::erase_if(all, [&](const Statement& old) {
    if (origin == Origin::file) return true;
    if (origin == Origin::runtime) return is_lease(old) || old.origin == Origin::runtime || old.origin == Origin::found;
    return old.origin != Origin::file;
  });
  all.push_back({.origin = origin, .value = std::move(value), .on_missing = on_missing});
}

void DesiredCgroup::lease(const Limit& limit, Value value, std::chrono::microseconds ends, const Value& in_force,
                          OnMissing on_missing) {
  auto& all = statements_[&limit];
  if (all.empty()) all.push_back({.origin = Origin::found, .value = in_force});
  // Those that are over by then would never stand again.
  std::erase_if(all, [&](const Statement& old) { return is_lease(old) && old.ends <= ends; });
  all.push_back({.origin = Origin::lease, .value = std::move(value), .ends = ends, .on_missing = on_missing});
}

void DesiredCgroup::unset(const Limit& limit) {
  auto& all = statements_[&limit];
  std::erase_if(all, [](const Statement& old) { return old.origin != Origin::file; });
  if (!all.empty()) all.push_back({.origin = Origin::user, .value = std::nullopt});
  tidy(limit);
}

void DesiredCgroup::restore(const Limit& limit, std::vector<Statement> before, bool as_a_file) {
  auto& all = statements_[&limit];
  const auto is_of_a_file = [](const Statement& statement) { return statement.origin == Origin::file; };
  std::erase_if(all, std::not_fn(is_of_a_file));
  // What a file says by now stood not, then.
  if (before.empty() && !all.empty()) before.push_back({.origin = Origin::user, .value = std::nullopt});
  const auto then = std::ranges::find_if(before, is_of_a_file);
  if (then != before.end() && !all.empty() && all.front().value == then->value) {
    before.erase(then);
  } else if (then != before.end() && !(as_a_file && all.empty())) {
    // Beneath a statement of a user's own there is nothing for it to say.
    const bool stands = std::all_of(std::next(then), before.end(), [](const Statement& later) {
      return is_lease(later) || later.origin == Origin::runtime;
    });
    if (stands) {
      then->origin = Origin::user;
    } else {
      before.erase(then);
    }
  }
  all.insert(all.end(), before.begin(), before.end());
  tidy(limit);
}

void DesiredCgroup::unset_file(const Limit& limit) {
  const auto at = statements_.find(&limit);
  if (at == statements_.end()) return;
  std::erase_if(at->second, [](const Statement& old) { return old.origin == Origin::file; });
  tidy(limit);
}

Values DesiredCgroup::end_leases(std::chrono::microseconds now) {
  Values ended;
  Statements before = statements_;
  for (auto& [limit, all] : before) {
    auto& left = statements_[limit];
    if (std::erase_if(left, [&](const Statement& old) { return is_lease(old) && old.ends && *old.ends <= now; }) == 0)
      continue;
    // Deliberately not stated, beneath a lease: back to what a fresh cgroup has.
    ended.emplace(limit, left.empty() ? unset_value(*limit) : left.back().value.value_or(unset_value(*limit)));
    tidy(*limit);
  }
  return ended;
}

void DesiredCgroup::forget(Origin origin) {
  const Statements before = statements_;
  for (const auto& [limit, all] : before) {
    std::erase_if(statements_[limit], [&](const Statement& old) { return old.origin == origin; });
    tidy(*limit);
  }
}

const Statement* DesiredCgroup::standing(const Limit& limit) const {
  const auto at = statements_.find(&limit);
  if (at == statements_.end() || at->second.empty()) return nullptr;
  const Statement& last = at->second.back();
  return last.value && last.origin != Origin::found ? &last : nullptr;
}

const Statement* DesiredCgroup::afterwards(const Limit& limit) const {
  const auto coming = to_come(limit);
  return coming.empty() ? nullptr : coming.front();
}

std::vector<const Statement*> DesiredCgroup::to_come(const Limit& limit) const {
  std::vector<const Statement*> coming;
  const Statement* before = standing(limit);
  if (before == nullptr) return coming;
  const auto& all = statements_.at(&limit);
  for (auto next = all.rbegin() + 1; next != all.rend() && is_lease(*before); ++next) {
    // A lease that is over before the one above it never stands.
    if (is_lease(*next) && next->ends <= before->ends) continue;
    coming.push_back(&*next);
    before = &*next;
  }
  return coming;
}

std::optional<Value> DesiredCgroup::stated_by_file(const Limit& limit) const {
  const auto at = statements_.find(&limit);
  if (at == statements_.end()) return std::nullopt;
  const auto found = std::ranges::find(at->second, Origin::file, &Statement::origin);
  return found == at->second.end() ? std::nullopt : found->value;
}

Values DesiredCgroup::wanted() const {
  Values all;
  for (const auto& [limit, ignored] : statements_) {
    const Statement* const stands = standing(*limit);
    if (stands != nullptr && stands->value) all.emplace(limit, *stands->value);
  }
  return all;
}

bool DesiredCgroup::skips(const Limit& limit) const {
  const Statement* const stands = standing(limit);
  return stands != nullptr && stands->on_missing == OnMissing::skip;
}

std::vector<const Limit*> DesiredCgroup::differing(const DesiredCgroup& other) const {
  std::vector<const Limit*> limits;
  for (const auto& [limit, statements] : statements_) {
    const auto at = other.statements_.find(limit);
    if (at == other.statements_.end() || at->second != statements) limits.push_back(limit);
  }
  for (const auto& [limit, statements] : other.statements_) {
    if (!statements_.contains(limit)) limits.push_back(limit);
  }
  return limits;
}

std::optional<std::chrono::microseconds> DesiredCgroup::next_end() const {
  std::optional<std::chrono::microseconds> next;
  for (const auto& [limit, all] : statements_) {
    for (const auto& statement : all) {
      if (statement.ends && (!next || *statement.ends < *next)) next = statement.ends;
    }
  }
  return next;
}

bool DesiredCgroup::leased(const Limit& limit) const {
  const auto at = statements_.find(&limit);
  return at != statements_.end() && std::ranges::any_of(at->second, is_lease);
}

bool DesiredCgroup::has_leases_of(const DesiredCgroup& other, const Limit& limit) const {
  const auto theirs = other.statements_.find(&limit);
  const auto ours = statements_.find(&limit);
  return theirs == other.statements_.end() || std::ranges::all_of(theirs->second, [&](const Statement& statement) {
           return !is_lease(statement) ||
                  (ours != statements_.end() && std::ranges::find(ours->second, statement) != ours->second.end());
         });
}

// A `found` value serves leases alone, and "not stated" only hides a file's statement.
void DesiredCgroup::tidy(const Limit& limit) {
  const auto at = statements_.find(&limit);
  if (at == statements_.end()) return;
  auto& all = at->second;
  if (std::ranges::none_of(all, is_lease))
    std::erase_if(all, [](const Statement& old) { return old.origin == Origin::found; });
  const bool hides = std::ranges::any_of(all, [](const Statement& old) { return old.origin == Origin::file; });
  if (!hides) std::erase_if(all, [](const Statement& old) { return !old.value; });
  if (all.empty()) statements_.erase(at);
}

const DesiredCgroup& desired_of(const DesiredState& state, const CgroupPath& cgroup) {
  static const DesiredCgroup nothing;
  const auto at = state.find(cgroup);
  return at == state.end() ? nothing : at->second;
}

}  // namespace cgroupd
