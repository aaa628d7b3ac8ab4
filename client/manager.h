// What cgctl asks of the daemon: the seam between the verbs and the bus.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "client/descriptor.h"
#include "client/event.h"
#include "config/declared_cgroups.h"
#include "model/cgroup_path.h"
#include "model/cgroup_status.h"
#include "model/desired.h"
#include "model/history.h"
#include "model/limit_change.h"
#include "model/limit_value.h"
#include "model/result.h"

namespace cgroupd::client {

/// What create and set answer, both about the limits named.
struct InForce {
  Values limits = {};
  std::map<const Limit*, std::string> skipped = {};  ///< asked for, but not to be had, and why
};

struct CreateOptions {
  bool if_absent = false;
  bool runtime = false;  ///< not kept across a reboot
  std::optional<DriftPolicy> drift = {};
  std::optional<OnMissing> on_missing = {};  ///< none: the daemon's
};

struct SetOptions {
  bool force = false;                                    ///< lowering memory may kill
  bool runtime = false;                                  ///< not kept across a reboot
  std::optional<std::chrono::microseconds> within = {};  ///< how long lowering memory may take; none: the daemon's
  std::optional<std::chrono::microseconds> lease = {};   ///< for so long only
  std::optional<DriftPolicy> drift = {};                 ///< none: as it is
  std::optional<OnMissing> on_missing = {};              ///< none: the daemon's
};

struct ApplyOptions {
  bool plan = false;   ///< changes nothing
  bool prune = false;  ///< takes away what earlier calls made or stated and this one does not name
  bool force = false;
  std::optional<std::chrono::microseconds> within = {};
  std::optional<OnMissing> on_missing = {};  ///< for cgroups that do not say it themselves; none: the daemon's
};

struct UndoOptions {
  bool plan = false;
  bool force = false;
  std::optional<std::chrono::microseconds> within = {};
};

/// What a change of several cgroups did, or would do.
struct Applied {
  std::vector<std::pair<std::string, Values>> changed;  ///< by name: what is in force now
  std::vector<std::string> steps;                       ///< in order; none: nothing to do
  /// By name: what is asked for, but not to be had, and why.
  std::map<std::string, std::map<const Limit*, std::string>> skipped = {};
};

/// The daemon. `unreachable` means that it did not get the request or that nobody knows whether it did.
/// Whoever answers with limits says what is in force, and only for the limits that were named.
class Manager {
 public:
  Manager() = default;
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  Manager(Manager&&) = delete;
  Manager& operator=(Manager&&) = delete;
  virtual ~Manager() = default;

  virtual Result<InForce> create(const CgroupPath& name, const Changes& limits, const CreateOptions& options) = 0;
  virtual Result<InForce> set_limits(const CgroupPath& name, const Changes& changes, const SetOptions& options) = 0;
  /// The writes that set_limits would do, in order; changes nothing.
  virtual Result<std::vector<std::string>> plan(const CgroupPath& name, const Changes& changes,
                                                const SetOptions& options) = 0;
  virtual Result<Values> unset(const CgroupPath& name, std::span<const Limit* const> limits) = 0;
  /// One transaction over all of them.
  virtual Result<Applied> apply(const DeclaredCgroups& cgroups, const ApplyOptions& options) = 0;
  /// Takes the change with this number back.
  virtual Result<Applied> undo(std::uint64_t id, const UndoOptions& options) = 0;
  /// Newest first.
  virtual Result<std::vector<HistoryEntry>> history(const HistoryQuery& query) = 0;
  /// The daemon reads its configuration again; what it did to make it true.
  virtual Result<std::vector<std::string>> reload() = 0;
  /// Hands every event to `on_event`, in order, until `interrupt` is readable. Outlives the daemon: that it went and
  /// came back are events, too. unreachable when there is no daemon to begin with, when the bus goes away, or when the
  /// daemon was away at the end.
  virtual Result<void> watch(const std::function<void(const Event&)>& on_event, const Descriptor& interrupt) = 0;
  virtual Result<void> remove(const CgroupPath& name, bool kill) = 0;
  virtual Result<void> attach(const CgroupPath& name, std::span<const Descriptor> pidfds) = 0;
  virtual Result<void> attach_pids(const CgroupPath& name, std::span<const pid_t> pids) = 0;
  /// A directory descriptor for clone3(CLONE_INTO_CGROUP), close-on-exec.
  virtual Result<Descriptor> open_directory(const CgroupPath& name) = 0;
  virtual Result<CgroupStatus> get(const CgroupPath& name) = 0;
  /// Parents before children.
  virtual Result<std::vector<CgroupStatus>> list() = 0;
  virtual Result<void> freeze(const CgroupPath& name) = 0;
  virtual Result<void> thaw(const CgroupPath& name) = 0;
  virtual Result<void> kill(const CgroupPath& name) = 0;
};

}  // namespace cgroupd::client
