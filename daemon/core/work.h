// A change of any number of cgroups, as it is asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/executor.h"
#include "model/cgroup_path.h"
#include "model/desired.h"
#include "model/history.h"
#include "model/limit_value.h"

namespace cgroupd {

/// One cgroup's part of a change.
struct Part {
  CgroupPath cgroup;
  bool make = false;                        ///< it is not there: made first, with what is missing above it
  bool remove = false;                      ///< removed last
  bool by_gate = false;                     ///< added by who admitted the change
  std::optional<std::uint32_t> owner = {};  ///< of what is made, when it is not who asks; 0: nobody
  Values wanted = {};                       ///< what is named is brought into force
  /// Afterwards; nothing = forgotten.
  std::optional<DesiredCgroup> desired = {};
};

/// A change, ready to be planned.
struct Work {
  std::vector<Part> parts = {};  ///< parents before children
  Cause cause = Cause::user;
  Caller who = {};
  std::optional<std::uint64_t> undoes = {};
  bool durable = true;     ///< acknowledged only when it is on the disk
  bool kill = false;       ///< what is in removed cgroups and below is killed
  bool say_steps = false;  ///< the outcome names them
  ExecuteOptions execute = {};
  std::vector<HistoryChange> noted = {};   ///< for the history, beside what is written
  std::vector<SkippedLimit> skipped = {};  ///< filled in when it is run: what cannot be had, and may be skipped

  /// Somebody's wish, not what follows from an earlier one: that was agreed to already.
  bool is_asked() const { return cause == Cause::user || cause == Cause::file || cause == Cause::undo; }
};

}  // namespace cgroupd
