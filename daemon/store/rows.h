// Desired state and history entries as text, a row each: one page to write for a change instead of one a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/desired.h"
#include "model/history.h"
#include "model/moment.h"
#include "store/texts.h"

namespace cgroupd {

/// What one change leaves behind; committed whole or not at all.
struct Record {
  /// The cgroups' new desired state; nothing = forgotten.
  std::map<CgroupPath, std::optional<DesiredCgroup>> cgroups;
  std::optional<HistoryEntry> entry;
  FormerCgroups former = {};  ///< kept with the entry
  /// An entry of a change that was taken back after all.
  std::optional<std::uint64_t> forgotten = {};
  /// Shall survive the machine's death, too.
  bool durable = true;
};

/// The same as text, as the journal and the database hold it: which entry was taken back (or empty), the columns of the
/// entry (all empty when there is none), then of each cgroup its name and what is desired (empty = forgotten).
using Rows = Texts;
inline constexpr std::size_t columns_of_an_entry = 9;
inline constexpr std::size_t first_cgroup = 1 + columns_of_an_entry;

Rows rows_of(const Record& record, const Moment& now, std::string_view boot_id);
/// Not when a newer version wrote them, or nobody of ours.
bool are_rows(const Rows& fields);

/// Appends it to `text`.
void print_desired(const DesiredCgroup& desired, const Moment& now, std::string_view boot_id, std::string& text);
/// What --runtime stated in another boot is left out, and what a newer version wrote and we do not know. Leases of
/// another boot end at the same time of day, and last no longer than they had to go.
DesiredCgroup parse_desired(std::string_view text, const Moment& now, std::string_view boot_id);

/// Appends what an entry changed: made, removed and changes. The rest of it has columns of its own.
void print_changes(const HistoryEntry& entry, std::string& text);
void parse_changes(std::string_view text, HistoryEntry& into);

/// Appends lines to those of print_changes(); either parser passes over what the other one reads.
void print_former(const FormerCgroups& former, const Moment& now, std::string_view boot_id, std::string& text);
FormerCgroups parse_former(std::string_view text, const Moment& now, std::string_view boot_id);

}  // namespace cgroupd
