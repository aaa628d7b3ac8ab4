// Desired state and history entries as text, a row each: one page to write for a change instead of one a table.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/desired.h"
#include "model/history.h"
#include "model/moment.h"
#include "store/journal.h"

namespace cgroupd {

/// What one change leaves behind; committed whole or not at all.
struct Record {
  /// The cgroups' new desired state; nothing = forgotten.
  std::map<CgroupPath, std::optional<DesiredCgroup>> cgroups;
  std::optional<HistoryEntry> entry;
  /// An entry of a change that was taken back after all.
  std::optional<std::uint64_t> forgotten = {};
  /// Shall survive the machine's death, too.
  bool durable = true;
};

/// The same as text and numbers, as the database and the journal hold it.
struct Rows {
  struct Cgroup {
    std::string name;
    std::optional<std::string> desired;  ///< nothing = forgotten
    friend bool operator==(const Cgroup&, const Cgroup&) = default;
  };
  struct Entry {
    std::int64_t id = 0;
    std::int64_t time = 0;
    std::string cause;
    std::optional<std::int64_t> undoes;
    std::optional<std::int64_t> uid;
    std::optional<std::int64_t> pid;
    std::string unit;
    std::string command;
    std::string changes;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::vector<Cgroup> cgroups;
  std::optional<Entry> entry;
  std::optional<std::int64_t> forgotten;
  friend bool operator==(const Rows&, const Rows&) = default;
};

Rows rows_of(const Record& record, const Moment& now, std::string_view boot_id);
Journal::Note note_of(const Rows& rows, std::uint64_t number);
/// Nothing when a newer version wrote it, or nobody of ours.
std::optional<Rows> rows_in(const Journal::Note& note);

std::string print_desired(const DesiredCgroup& desired, const Moment& now, std::string_view boot_id);
/// What --runtime stated in another boot is left out, and what a newer version wrote and we do not know. Leases of
/// another boot end at the same time of day, and last no longer than they had to go.
DesiredCgroup parse_desired(std::string_view text, const Moment& now, std::string_view boot_id);

/// What an entry changed: made, removed and changes. The rest of it has columns of its own.
std::string print_changes(const HistoryEntry& entry);
void parse_changes(std::string_view text, HistoryEntry& into);

}  // namespace cgroupd
