// What cgctl asks of the daemon: the seam between the verbs and the bus.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "client/descriptor.h"
#include "model/cgroup_path.h"
#include "model/cgroup_status.h"
#include "model/limit_change.h"
#include "model/limit_value.h"
#include "model/result.h"

namespace cgroupd::client {

struct CreateOptions {
  bool if_absent = false;
};

struct SetOptions {
  bool force = false;
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

  virtual Result<Values> create(const CgroupPath& name, const Changes& limits, const CreateOptions& options) = 0;
  virtual Result<Values> set_limits(const CgroupPath& name, const Changes& changes, const SetOptions& options) = 0;
  /// The writes that set_limits would do, in order; changes nothing.
  virtual Result<std::vector<std::string>> plan(const CgroupPath& name, const Changes& changes,
                                                const SetOptions& options) = 0;
  virtual Result<Values> unset(const CgroupPath& name, std::span<const Limit* const> limits) = 0;
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
