// Desired state and history entries as text, a row each: one page to write for a change instead of one a table.
#pragma once

#include <string>
#include <string_view>

#include "model/desired.h"
#include "model/history.h"
#include "model/moment.h"

namespace cgroupd {

std::string print_desired(const DesiredCgroup& desired, const Moment& now, std::string_view boot_id);
/// What --runtime stated in another boot is left out, and what a newer version wrote and we do not know. Leases of
/// another boot end at the same time of day, and last no longer than they had to go.
DesiredCgroup parse_desired(std::string_view text, const Moment& now, std::string_view boot_id);

/// What an entry changed: made, removed and changes. The rest of it has columns of its own.
std::string print_changes(const HistoryEntry& entry);
void parse_changes(std::string_view text, HistoryEntry& into);

}  // namespace cgroupd
