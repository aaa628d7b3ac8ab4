// Who hears about what happens to cgroups.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/cgroup_path.h"
#include "model/limit_value.h"

namespace cgroupd {

enum class DriftAction {
  repaired,
  reported,
  adopted,
  fighting,  ///< changed again and again: the repair waits
  failed,    ///< the repair was refused: it is tried again later
};

std::string_view drift_action_name(DriftAction action);

/// A limit that somebody else changed.
struct Drift {
  CgroupPath cgroup;
  const Limit* limit = nullptr;
  std::string found;  ///< canonical text; "absent" when the interface file is not there
  std::string wanted;
  DriftAction action = DriftAction::repaired;
  std::string likely_writer;  ///< an inference, as text; empty when nobody wrote
  std::string reason = {};    ///< failed, or skipped: why
  std::optional<std::chrono::microseconds> retry_in = {};
};

enum class LeaseEnd {
  over,
  replaced,  ///< somebody stated something else
};

/// Called in the event loop, after what happened is in force and recorded.
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
  virtual void drifted(const Drift& drift) = 0;
  virtual void lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& limits, LeaseEnd why) = 0;
  /// memory.high without memory.max had stopped the cgroup; it was lifted.
  virtual void stall_lifted(const CgroupPath& cgroup, const Limit& limit, const Value& before) = 0;
  /// A pressure trigger of the kernel fired, which is no news by itself. `resource`: "cpu", "memory" or "io".
  virtual void pressure_triggered(const CgroupPath& /*cgroup*/, std::string_view /*resource*/) {}
};

}  // namespace cgroupd
