// The use cases: what can be done to cgroups, by name.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "cgroupfs/kernel.h"
#include "config/declared_cgroups.h"
#include "core/movement.h"
#include "core/preparation.h"
#include "core/reconciler.h"
#include "core/status.h"
#include "core/transactions.h"
#include "model/history.h"
#include "model/limit_change.h"
#include "service_manager/service_manager.h"

namespace cgroupd {

/// The use cases, over Transactions. Everything runs in the event loop; what waits (for reclaim, for the disk) calls
/// `done` later. Whatever is answered as done is in force and recorded.
class Manager {
 public:
  using Done = Movement::Done;
  using OutcomeDone = Transactions::Done;

  struct Options {
    Preparation::Options prepare = {};
    std::optional<std::string> tree_unit = {};  ///< the unit that holds the delegated root, when systemd does
  };

  /// `service_manager` may be absent (no systemd). All references must outlive the manager.
  Manager(Kernel& kernel, Background& background, Transactions& transactions, Reconciler& reconciler, Time& time,
          ServiceManager* service_manager, Options options);

  /// Makes the delegated root ready: nothing but managed cgroups beneath it may hold processes, and every controller it
  /// has is handed down. A process of ours in the root moves to the supervisor leaf; others are named (busy).
  Result<void> prepare_root(pid_t self);

  /// Makes a cgroup and sets its limits; if one cannot be set, nothing is made. Answers what is in force for the limits
  /// named (and for the defaults, and for what was stated about this name before).
  void create(const CgroupPath& cgroup, const Changes& limits, const CreateOptions& options, const Caller& caller,
              OutcomeDone done);

  /// A patch: all or nothing, what is not named stays. Answers what is in force for the limits named.
  void set_limits(const CgroupPath& cgroup, Changes changes, SetOptions options, Caller caller, OutcomeDone done);

  /// The writes set_limits() would make, in order; changes nothing.
  Result<std::vector<std::string>> plan_limits(const CgroupPath& cgroup, const Changes& changes,
                                               const SetOptions& options);

  /// What is stated about a cgroup but skipped, as it cannot be had, and why.
  std::map<const Limit*, std::string> skipped(const CgroupPath& cgroup);

  /// Back to what a fresh cgroup has, and no longer stated.
  void unset(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, const Caller& caller, OutcomeDone done);

  /// With `kill`: everything in and below it is killed and removed. Otherwise busy when there is something. What was
  /// stated about it is forgotten.
  void remove(const CgroupPath& cgroup, bool kill, const Caller& caller, Done done);

  /// Makes all of `cgroups` true in one transaction; what is not named stays.
  void apply(const DeclaredCgroups& cgroups, const ApplyOptions& options, const Caller& caller, OutcomeDone done);

  /// The reverse of a change in the history, as a change of its own. busy when what it changed was changed since.
  void undo(std::uint64_t id, const ApplyOptions& options, const Caller& caller, OutcomeDone done);

  /// Part of it: looks at `most_looked_at` entries, however many are asked for.
  Result<HistoryPage> history(const HistoryQuery& query, std::size_t most_looked_at) {
    return transactions_.store().history_page(query, most_looked_at);
  }

  /// New [defaults], profiles and bounds, for what is made and applied from now on.
  void go_by(Preparation::Options options) { prepare_.go_by(std::move(options)); }

  /// Moves processes (Movement).
  void attach(const CgroupPath& cgroup, const std::vector<pid_t>& pids, const Caller& caller, Done done);

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
  bool is_crowded(const Caller& caller, const OutcomeDone& done) const;
  OutcomeDone looking_after(std::vector<CgroupPath> cgroups, OutcomeDone done);
  void run(std::vector<CgroupPath> cgroups, Transactions::Prepare prepare, ApplyOptions options, const Caller& caller,
           OutcomeDone done);
  void annotate(CgroupStatus& status, const CgroupPath& cgroup);

  Kernel& kernel_;
  Transactions& transactions_;
  Reconciler& reconciler_;
  Time& time_;
  Preparation prepare_;
  Movement movement_;
};

}  // namespace cgroupd
