// What was asked for: statements about limits, by cgroup, and which of them stands. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "model/cgroup_path.h"
#include "model/limit_value.h"
#include "model/result.h"

namespace cgroupd {

/// Who stated a value. The last statement about a limit stands; a lease ends and gives way to what stood before it.
enum class Origin {
  found,     ///< nobody: what was in force before the first lease of a limit that was never stated
  defaults,  ///< [defaults] of cgroupd.conf, when the cgroup was made
  file,      ///< a declarative file: cgroups.d, or apply -f
  user,      ///< create and set
  runtime,   ///< set --runtime: ends with the boot
  lease,     ///< set --for
};

std::string_view origin_name(Origin origin);
std::optional<Origin> find_origin(std::string_view name);

/// What to do about a limit that is not as desired and that we did not change.
enum class DriftPolicy {
  repair,  ///< put it back
  report,  ///< say so, leave it
  adopt,   ///< take the value found as the one desired
};

std::string_view drift_policy_name(DriftPolicy policy);
/// invalid_argument naming the three that there are.
Result<DriftPolicy> parse_drift_policy(std::string_view text);

/// What to do about a limit whose controller or interface file does not reach the cgroup.
enum class OnMissing {
  refuse,  ///< the whole set is refused
  skip,    ///< that limit waits until it can be had; the others are set
};

std::string_view on_missing_name(OnMissing what);
/// invalid_argument naming the two that there are.
Result<OnMissing> parse_on_missing(std::string_view text);

struct Statement {
  Origin origin = Origin::user;
  /// None: deliberately not stated (unset, over a file that states it).
  std::optional<Value> value;
  /// A lease's end, CLOCK_BOOTTIME of this boot.
  std::optional<std::chrono::microseconds> ends = {};
  OnMissing on_missing = OnMissing::refuse;
  friend bool operator==(const Statement&, const Statement&) = default;
};

/// One cgroup's part of the desired state.
class DesiredCgroup {
 public:
  /// Made by us and not removed since: made again when the tree is new. `by` is who made it (user or file).
  std::optional<Origin> made_by = {};
  /// None: the daemon's default.
  std::optional<DriftPolicy> drift = {};

  /// States `value` from now on. A file's statement replaces all others; a user's all but a file's, which comes back
  /// when the user's is taken away; a runtime statement ends leases and earlier runtime statements and lies on what is
  /// durable.
  void state(const Limit& limit, Origin origin, Value value, OnMissing on_missing = OnMissing::refuse);
  /// States `value` until `ends`. `in_force` is what to come back to when nothing else is stated.
  void lease(const Limit& limit, Value value, std::chrono::microseconds ends, const Value& in_force,
             OnMissing on_missing = OnMissing::refuse);
  /// Nobody states anything about it any more; a file does again only when it is applied anew.
  void unset(const Limit& limit);
  /// States what was stated before a change again: `before`, oldest first. What a file says now is said still, whatever
  /// one said then. What a file said and none says any more was a user's, unless `as_a_file`.
  void restore(const Limit& limit, std::vector<Statement> before, bool as_a_file);
  /// Takes away what files state. The statement beneath, if any, stands again.
  void unset_file(const Limit& limit);
  /// Takes away the leases over at `now`; the limits whose value in force must follow, with that value (which may be
  /// the one that is in force, when a longer lease lies on top).
  Values end_leases(std::chrono::microseconds now);
  /// Takes away every statement of `origin`, as end_leases() does with leases.
  void forget(Origin origin);

  /// What is asked for; nullptr when nobody states anything (a `found` value counts as nothing unless leased over).
  const Statement* standing(const Limit& limit) const;
  /// What will stand when the lease that stands now is over; nullptr when no lease stands.
  const Statement* afterwards(const Limit& limit) const;
  /// What will stand in turn, as the leases on it end; none when no lease stands.
  std::vector<const Statement*> to_come(const Limit& limit) const;
  /// What a file says, whether it stands or not.
  std::optional<Value> stated_by_file(const Limit& limit) const;
  /// Every value that is asked for.
  Values wanted() const;
  /// Whether what stands is skipped where it cannot be had.
  bool skips(const Limit& limit) const;
  /// The limits about which something else is stated in `other`.
  std::vector<const Limit*> differing(const DesiredCgroup& other) const;
  /// When the next lease ends.
  std::optional<std::chrono::microseconds> next_end() const;
  /// Whether any lease on `limit` is there.
  bool leased(const Limit& limit) const;

  /// Whether every lease on `limit` in `other` is here, too.
  bool has_leases_of(const DesiredCgroup& other, const Limit& limit) const;

  /// Oldest first: the last one stands. For the store.
  using Statements = std::map<const Limit*, std::vector<Statement>>;
  const Statements& statements() const { return statements_; }
  /// As read from the store, in the same order.
  void add_stored(const Limit& limit, Statement statement) { statements_[&limit].push_back(std::move(statement)); }

  /// Known to be stated no more, which is not the same as never having been told of.
  void add_unstated(const Limit& limit) { statements_.try_emplace(&limit); }

  /// Nothing worth keeping.
  bool empty() const { return !made_by && !drift && statements_.empty(); }
  friend bool operator==(const DesiredCgroup&, const DesiredCgroup&) = default;

 private:
  void tidy(const Limit& limit);
  Statements statements_;
};

using DesiredState = std::map<CgroupPath, DesiredCgroup>;

/// An empty one when nothing is desired of it.
const DesiredCgroup& desired_of(const DesiredState& state, const CgroupPath& cgroup);

}  // namespace cgroupd
