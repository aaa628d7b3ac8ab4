// Lowering memory.max below what is in use without killing anybody.
#pragma once

#include <chrono>
#include <stop_token>

#include "cgroupfs/kernel.h"
#include "model/plan.h"

namespace cgroupd {

/// Squeezes the cgroup below `step.to` with memory.high and memory.reclaim, then writes memory.max; memory.high is as
/// before afterwards. Blocks up to `within`, or until `stop`; for the worker. When it cannot get there (anonymous
/// memory without swap, or time is over), everything is as before and the error (busy) says how far it got and what
/// cannot be reclaimed.
Result<Value> land_softly(Kernel& kernel, const Step& step, std::chrono::milliseconds within,
                          const std::stop_token& stop);

}  // namespace cgroupd
