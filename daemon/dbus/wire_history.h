// The history on the bus: what may be asked, and how an entry is told.
#pragma once

#include <vector>

#include "dbus/wire.h"
#include "model/history.h"
#include "model/result.h"

namespace cgroupd::wire {

/// The answer of History. A change of a limit that this build does not know is left out.
Result<std::vector<HistoryEntry>> decode_history(const std::vector<Dictionary>& entries);

Dictionary encode_entry(const HistoryEntry& entry);

/// More than 1,000 entries at a time are not told.
Result<HistoryQuery> decode_query(const Options& query);

}  // namespace cgroupd::wire
