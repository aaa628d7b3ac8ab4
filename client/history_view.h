// Who changed what, as a table.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "model/history.h"

namespace cgroupd::client {

/// A row for each change, the columns of the entry only in its first: number, local time, who, cause, what.
/// `user_name` gives the name for a uid.
std::string history_view(std::span<const HistoryEntry> entries,
                         const std::function<std::string(std::uint32_t)>& user_name);

}  // namespace cgroupd::client
