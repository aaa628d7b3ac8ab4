// Who changed what, when, from what to what.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/cgroup_path.h"
#include "model/desired.h"
#include "model/limit_value.h"

namespace cgroupd {

/// Who asked; what cannot be found out is absent or empty.
struct Caller {
  std::optional<std::uint32_t> uid;
  std::optional<std::int32_t> pid;
  std::string unit;     ///< systemd unit of the process
  std::string command;  ///< its name (comm)
  friend bool operator==(const Caller&, const Caller&) = default;
};

/// Why a change was made.
enum class Cause {
  user,   ///< create, set, unset, remove
  file,   ///< apply, cgroups.d
  lease,  ///< a lease was over
  drift,  ///< a repair, or a value found and adopted
  undo,
  stall,  ///< a memory.high that stopped its cgroup was lifted
};

std::string_view cause_name(Cause cause);
std::optional<Cause> find_cause(std::string_view name);

struct HistoryChange {
  CgroupPath cgroup;
  const Limit* limit = nullptr;
  Value before;
  Value after;
  bool stated_before = false;  ///< somebody asked for `before`; otherwise it was only found in force
  friend bool operator==(const HistoryChange&, const HistoryChange&) = default;
};

/// A limit that was stated, but could not be had, which was agreed to.
struct SkippedLimit {
  CgroupPath cgroup;
  const Limit* limit = nullptr;
  Value wanted;
  std::string why;                     ///< and what would mend it
  std::optional<Value> stated_before;  ///< what was asked for until then
  friend bool operator==(const SkippedLimit&, const SkippedLimit&) = default;
};

struct HistoryEntry {
  std::uint64_t id = 0;
  std::chrono::microseconds time{};  ///< since 1970
  Caller who;
  Cause cause = Cause::user;
  std::optional<std::uint64_t> undoes = {};  ///< the entry that this one took back
  std::vector<CgroupPath> made = {};
  std::vector<CgroupPath> removed = {};
  std::vector<HistoryChange> changes = {};
  std::vector<SkippedLimit> skipped = {};
  friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

/// What was so of a cgroup before a change, as far as the entry itself does not tell: its reverse brings that back.
struct Former {
  /// Of a cgroup that was removed all that was desired; otherwise what was stated about limits of which something else
  /// was stated afterwards, unless it was what the entry says was in force before, by a user, or nothing.
  DesiredCgroup desired;
  std::optional<std::uint32_t> owner = {};  ///< of a cgroup that was removed
  friend bool operator==(const Former&, const Former&) = default;
};

using FormerCgroups = std::map<CgroupPath, Former>;

/// Which entries to show, newest first.
struct HistoryQuery {
  std::optional<CgroupPath> cgroup = {};     ///< this one only
  std::optional<std::uint64_t> before = {};  ///< older than this entry
  std::uint32_t most = 100;
};

/// Some of what a query asks for.
struct HistoryPage {
  std::vector<HistoryEntry> entries;
  std::optional<std::uint64_t> older = {};  ///< what to ask for next (HistoryQuery::before), when there may be more
};

}  // namespace cgroupd
