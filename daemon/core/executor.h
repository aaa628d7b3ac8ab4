// Runs a plan: writes each step, reads it back, and takes everything back at the first failure.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "cgroupfs/kernel.h"
#include "model/plan.h"

namespace cgroupd {

struct ExecuteOptions {
  /// Lowering memory.max below its use may kill; otherwise it squeezes first (soft_landing.h).
  bool force = false;
  /// How long a squeeze may take.
  std::chrono::milliseconds within = std::chrono::seconds(10);
  /// Ends a squeeze early, as if the time were over.
  std::stop_token stop = {};
  /// Called with what ends the squeeze early, when one begins; what it answers is kept for as long as that takes.
  std::function<std::shared_ptr<void>(std::function<void()> give_up)> while_waiting = {};
};

/// All or nothing, over any number of cgroups. Answers what is in force after each step, in plan order. A value the
/// kernel took but does not hold afterwards counts as a failure. The error is refined (diagnosis.h); should taking back
/// fail as well, it says which values were left behind.
Result<std::vector<Value>> execute(Kernel& kernel, const Plan& plan, const ExecuteOptions& options);

/// Takes a whole plan back that execute() has brought into force, in reverse; what could not be put back, as text to
/// append to an error. Where that means lowering memory.max, it squeezes first, so it may block.
std::string take_back_all(Kernel& kernel, const Plan& plan);

/// Whether a step may block; such a plan belongs on the worker.
bool may_block(const Plan& plan);

}  // namespace cgroupd
