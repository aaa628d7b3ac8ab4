// The use cases: what can be done to cgroups, by name.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "cgroupfs/kernel.h"
#include "core/executor.h"
#include "core/status.h"
#include "core/worker.h"
#include "model/limit_change.h"
#include "service_manager/service_manager.h"

namespace cgroupd {

/// Who hears about changes, after they are in force.
class ManagerEvents {
 public:
  ManagerEvents() = default;
  ManagerEvents(const ManagerEvents&) = delete;
  ManagerEvents& operator=(const ManagerEvents&) = delete;
  ManagerEvents(ManagerEvents&&) = delete;
  ManagerEvents& operator=(ManagerEvents&&) = delete;
  virtual ~ManagerEvents() = default;

  virtual void created(const CgroupPath& cgroup) = 0;
  virtual void removed(const CgroupPath& cgroup) = 0;
  virtual void limits_changed(const CgroupPath& cgroup, const Values& in_force) = 0;
};

/// Everything runs in the event loop; what may block goes through Background, and then `done` runs later. Changes to a
/// cgroup with such work under way wait for it; all others go on.
class Manager {
 public:
  using LimitsDone = std::function<void(Result<Values>)>;
  using Done = std::function<void(Result<void>)>;

  struct Options {
    Changes defaults = {};  ///< limits of every new cgroup, unless the caller names them
    std::size_t max_cgroups = 4096;
    std::optional<std::string> tree_unit = {};  ///< the unit that holds the delegated root, when systemd does
  };

  /// `service_manager` may be absent (no systemd). All references must outlive the manager.
  Manager(Kernel& kernel, Background& background, ServiceManager* service_manager, ManagerEvents& events,
          Options options);

  /// Makes the delegated root ready: nothing but managed cgroups beneath it may hold processes, and every controller it
  /// has is handed down. A process of ours in the root moves to the supervisor leaf; others are named (busy).
  Result<void> prepare_root(pid_t self);

  /// Makes a cgroup and sets its limits; if one cannot be set, nothing is made. With `if_absent`, a cgroup that is
  /// there gets the limits as set_limits() would. Answers what is in force for the limits named (and for the defaults).
  void create(const CgroupPath& cgroup, const Changes& limits, bool if_absent, LimitsDone done);

  /// A patch: all or nothing, what is not named stays. Answers what is in force for the limits named.
  void set_limits(const CgroupPath& cgroup, const Changes& changes, const ExecuteOptions& options, LimitsDone done);

  /// The writes set_limits() would make, in order; changes nothing.
  Result<std::vector<std::string>> plan_limits(const CgroupPath& cgroup, const Changes& changes);

  /// Back to what a fresh cgroup has.
  void unset(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LimitsDone done);

  /// With `kill`: everything in and below it is killed and removed. Otherwise busy when there is something.
  void remove(const CgroupPath& cgroup, bool kill, Done done);

  /// Moves processes, itself where the common ancestor allows it, else through the service manager.
  void attach(const CgroupPath& cgroup, const std::vector<pid_t>& pids, Done done);

  Result<FileDescriptor> open_directory(const CgroupPath& cgroup);
  Result<CgroupStatus> get(const CgroupPath& cgroup);
  std::vector<CgroupStatus> list();
  Result<Snapshot> snapshot(const std::vector<std::string>& fields);
  Result<void> freeze(const CgroupPath& cgroup, bool frozen);
  Result<void> kill(const CgroupPath& cgroup);

  std::string delegated_root() const { return kernel_.root_path(); }
  std::vector<std::string> controllers();

 private:
  struct Waiting {
    CgroupPath cgroup;
    std::function<void()> action;
  };

  Result<Plan> plan_for(const CgroupPath& cgroup, const Changes& changes);
  Result<Value> wanted_value(const CgroupPath& cgroup, const Limit& limit, const Change& change, const Value& in_force);
  void apply_now(const CgroupPath& cgroup, const Changes& changes, const ExecuteOptions& options, LimitsDone done);
  void finish_change(const CgroupPath& cgroup, const Changes& changes, const Plan& plan,
                     Result<std::vector<Value>> applied, const LimitsDone& done);
  void when_free(const CgroupPath& cgroup, std::function<void()> action);
  void in_background(const CgroupPath& cgroup, Background::Job job, std::function<void()> then);
  Error attach_refused(const CgroupPath& cgroup, pid_t pid, Error error);

  Kernel& kernel_;
  Background& background_;
  ServiceManager* service_manager_;
  ManagerEvents& events_;
  Options options_;
  std::multiset<CgroupPath> under_way_;
  std::list<Waiting> waiting_;
  std::map<CgroupPath, std::uint64_t> weight_before_idle_;
};

}  // namespace cgroupd
