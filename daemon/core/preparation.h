// From what was asked for to a change that can be planned: what it means for the cgroups as they are now.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cgroupfs/kernel.h"
#include "config/declared_cgroups.h"
#include "core/executor.h"
#include "core/time.h"
#include "core/transactions.h"
#include "model/history.h"
#include "model/limit_change.h"

namespace cgroupd {

struct CreateOptions {
  bool if_absent = false;  ///< a cgroup that is there gets the limits as set_limits() would
  bool runtime = false;    ///< not kept across a reboot
  std::optional<DriftPolicy> drift = {};
  std::optional<OnMissing> on_missing = {};  ///< none: as the daemon's configuration says
};

struct SetOptions {
  ExecuteOptions execute = {};
  bool runtime = false;
  bool plan = false;                                    ///< answers the steps, changes nothing
  std::optional<std::chrono::microseconds> lease = {};  ///< for so long only
  std::optional<DriftPolicy> drift = {};
  std::optional<OnMissing> on_missing = {};  ///< none: as the daemon's configuration says
};

struct ApplyOptions {
  ExecuteOptions execute = {};
  bool plan = false;   ///< answers the steps, changes nothing
  bool prune = false;  ///< takes away what files made or stated and this set does not name
  /// Limits whose text in the file is as it was applied before keep what a user has stated since.
  bool only_news = false;
  std::optional<OnMissing> on_missing = {};  ///< for cgroups that do not say it themselves
};

/// Reads, and changes nothing. All references must outlive it.
class Preparation {
 public:
  struct Options {
    Changes defaults = {};  ///< limits of every new cgroup, unless the caller names them
    std::size_t max_cgroups = 4096;
    std::map<std::string, Changes> profiles = {};  ///< what an applied file may refer to
    OnMissing on_missing = OnMissing::refuse;      ///< where a request does not say it
  };

  Preparation(Kernel& kernel, Transactions& transactions, Time& time, Options options)
      : kernel_(kernel), transactions_(transactions), time_(time), options_(std::move(options)) {}

  /// For what is prepared from now on.
  void go_by(Options options) { options_ = std::move(options); }

  Result<Work> to_create(const CgroupPath& cgroup, const Changes& limits, const CreateOptions& options);
  Result<Work> to_set(const CgroupPath& cgroup, const Changes& changes, const SetOptions& options);
  Result<Work> to_unset(const CgroupPath& cgroup, const std::vector<const Limit*>& limits);
  Result<Work> to_remove(const CgroupPath& cgroup, bool kill);
  Result<Work> to_apply(const DeclaredCgroups& cgroups, const ApplyOptions& options);
  Result<Work> to_undo(const HistoryEntry& entry);

 private:
  /// Limits already decided in the same transaction, by cgroup.
  using Pending = std::map<CgroupPath, Values>;

  /// On what terms a wish becomes a value.
  struct Terms {
    bool is_there = false;  ///< the cgroup; otherwise it is still to be made
    OnMissing on_missing = OnMissing::refuse;
    bool is_lease = false;
  };

  Result<Value> wanted_value(const CgroupPath& cgroup, const Limit& limit, const Change& change, const Terms& terms,
                             const Pending& pending);
  Result<Value> base_of_parts(const CgroupPath& cgroup, const Limit& limit, const Terms& terms);
  Result<Value> in_force_or_fresh(const CgroupPath& cgroup, const Limit& limit, const Terms& terms);
  Result<Values> resolve(const CgroupPath& cgroup, const Changes& changes, const Terms& terms, const Pending& pending);
  Result<void> state_defaults(DesiredCgroup& desired, const CgroupPath& cgroup, const Changes& named,
                              const Pending& pending, OnMissing on_missing);
  Result<Part> part_of(const DeclaredCgroup& declared, const ApplyOptions& options, const Pending& pending);
  void forget_an_absent_one(Work& work);
  void note_what_goes(Work& work);
  void prune(Work& work, const DeclaredCgroups& cgroups);
  Result<void> check_room(const std::vector<CgroupPath>& made);
  Result<void> check_names(const DeclaredCgroups& cgroups);

  Kernel& kernel_;
  Transactions& transactions_;
  Time& time_;
  Options options_;
};

}  // namespace cgroupd
