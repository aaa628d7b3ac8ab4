// The use cases: what can be done to cgroups, by name.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "cgroupfs/kernel.h"
#include "config/declared_cgroups.h"
#include "core/executor.h"
#include "core/reconciler.h"
#include "core/status.h"
#include "core/transactions.h"
#include "model/history.h"
#include "model/limit_change.h"
#include "service_manager/service_manager.h"

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

/// The use cases, over Transactions. Everything runs in the event loop; what waits (for reclaim, for the disk) calls
/// `done` later. Whatever is answered as done is in force and recorded.
class Manager {
 public:
  using LimitsDone = std::function<void(Result<Values>)>;
  using Done = std::function<void(Result<void>)>;
  using StepsDone = std::function<void(Result<Outcome>)>;

  struct Options {
    Changes defaults = {};  ///< limits of every new cgroup, unless the caller names them
    std::size_t max_cgroups = 4096;
    std::map<std::string, Changes> profiles = {};  ///< what an applied file may refer to
    std::optional<std::string> tree_unit = {};     ///< the unit that holds the delegated root, when systemd does
    OnMissing on_missing = OnMissing::refuse;      ///< where a request does not say it
  };

  /// `service_manager` may be absent (no systemd). All references must outlive the manager.
  Manager(Kernel& kernel, Transactions& transactions, Reconciler& reconciler, Time& time,
          ServiceManager* service_manager, Options options);

  /// Makes the delegated root ready: nothing but managed cgroups beneath it may hold processes, and every controller it
  /// has is handed down. A process of ours in the root moves to the supervisor leaf; others are named (busy).
  Result<void> prepare_root(pid_t self);

  /// Makes a cgroup and sets its limits; if one cannot be set, nothing is made. Answers what is in force for the limits
  /// named (and for the defaults, and for what was stated about this name before).
  void create(const CgroupPath& cgroup, const Changes& limits, const CreateOptions& options, const Caller& caller,
              LimitsDone done);

  /// A patch: all or nothing, what is not named stays. Answers what is in force for the limits named.
  void set_limits(const CgroupPath& cgroup, Changes changes, SetOptions options, const Caller& caller, LimitsDone done);

  /// The writes set_limits() would make, in order; changes nothing.
  Result<std::vector<std::string>> plan_limits(const CgroupPath& cgroup, const Changes& changes,
                                               const SetOptions& options);

  /// What is stated about a cgroup but skipped, as it cannot be had, and why.
  std::map<const Limit*, std::string> skipped(const CgroupPath& cgroup);

  /// Back to what a fresh cgroup has, and no longer stated.
  void unset(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, const Caller& caller, LimitsDone done);

  /// With `kill`: everything in and below it is killed and removed. Otherwise busy when there is something. What was
  /// stated about it is forgotten.
  void remove(const CgroupPath& cgroup, bool kill, const Caller& caller, Done done);

  /// Makes all of `cgroups` true in one transaction; what is not named stays.
  void apply(const DeclaredCgroups& cgroups, const ApplyOptions& options, const Caller& caller, StepsDone done);

  /// The reverse of a change in the history, as a change of its own. busy when what it changed was changed since.
  void undo(std::uint64_t id, const ApplyOptions& options, const Caller& caller, StepsDone done);

  Result<std::vector<HistoryEntry>> history(const HistoryQuery& query) { return transactions_.store().history(query); }

  /// New [defaults] and profiles, for what is made and applied from now on.
  void set_defaults(Changes defaults, std::map<std::string, Changes> profiles, OnMissing on_missing);

  /// Moves processes, itself where the common ancestor allows it, else through the service manager. Never ourselves,
  /// nor who holds the tree: frozen or killed they would take everything with them.
  void attach(const CgroupPath& cgroup, const std::vector<pid_t>& pids, Done done);

  Result<FileDescriptor> open_directory(const CgroupPath& cgroup);
  Result<CgroupStatus> get(const CgroupPath& cgroup);
  /// All that are managed, parents before children.
  std::vector<CgroupPath> cgroups();
  Result<Snapshot> snapshot(const std::vector<CgroupPath>& cgroups, const std::vector<std::string>& fields);
  Result<void> freeze(const CgroupPath& cgroup, bool frozen);
  Result<void> kill(const CgroupPath& cgroup);

  std::string delegated_root() const { return kernel_.root_path(); }
  std::vector<std::string> controllers();

 private:
  /// Limits already decided in the same transaction, by cgroup.
  using Pending = std::map<CgroupPath, Values>;

  Result<Value> wanted_value(const CgroupPath& cgroup, const Limit& limit, const Change& change, const Value& in_force,
                             const Pending& pending);
  Result<Value> in_force_or_fresh(const CgroupPath& cgroup, const Limit& limit, bool is_there, OnMissing on_missing);
  Result<Values> resolve(const CgroupPath& cgroup, const Changes& changes, bool is_there, const Pending& pending,
                         OnMissing on_missing);
  Result<Work> work_to_create(const CgroupPath& cgroup, const Changes& limits, const CreateOptions& options);
  Result<Work> work_to_set(const CgroupPath& cgroup, const Changes& changes, const SetOptions& options);
  Result<Work> work_to_remove(const CgroupPath& cgroup, bool kill);
  Result<Work> work_to_apply(const DeclaredCgroups& cgroups, const ApplyOptions& options);
  Result<Work> work_to_undo(const HistoryEntry& entry);
  Result<Part> part_of(const DeclaredCgroup& declared, const ApplyOptions& options, const Pending& pending);
  void forget_an_absent_one(Work& work);
  void prune(Work& work, const DeclaredCgroups& cgroups);
  Result<void> check_room(const std::vector<CgroupPath>& made);
  Result<void> check_names(const DeclaredCgroups& cgroups);
  void run(std::vector<CgroupPath> cgroups, std::function<Result<Work>()> prepare, ApplyOptions options,
           const Caller& caller, StepsDone done);
  void annotate(CgroupStatus& status, const CgroupPath& cgroup);
  Result<void> check_movable(const std::vector<pid_t>& pids);
  Error attach_refused(const CgroupPath& cgroup, pid_t pid, Error error);

  Kernel& kernel_;
  Transactions& transactions_;
  Reconciler& reconciler_;
  Time& time_;
  ServiceManager* service_manager_;
  Options options_;
};

}  // namespace cgroupd
