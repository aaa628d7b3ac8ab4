// Runs a plan: writes each step, reads it back, and takes everything back at the first failure.
#pragma once

#include <vector>

#include "cgroupfs/kernel.h"
#include "model/plan.h"

namespace cgroupd {

/// All or nothing, over any number of cgroups. Answers what is in force after each step, in plan order. A value the
/// kernel took but does not hold afterwards counts as a failure. The error is refined (diagnosis.h); should taking back
/// fail as well, it says which values were left behind.
Result<std::vector<Value>> execute(Kernel& kernel, const Plan& plan);

}  // namespace cgroupd
