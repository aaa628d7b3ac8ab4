// Keys of a [budget USER|@GROUP] section.
#pragma once

#include <string>
#include <string_view>

#include "model/budget.h"
#include "model/result.h"

namespace cgroupd {

/// invalid_argument unless `argument` is a user's name, or a group's behind an @.
Result<void> check_budget_name(std::string_view argument);

/// memory (bytes), cpus (decimal), pids, cgroups, depth, over-commit (decimal from 1, as in 1.5).
Result<void> set_budget_key(Budget& budget, std::string_view key, std::string_view value);

}  // namespace cgroupd
