// What is recorded of a change: what is desired from now on, and its entry in the history.
#pragma once

#include <cstdint>
#include <vector>

#include "core/removal.h"
#include "core/work.h"
#include "model/desired.h"
#include "model/moment.h"
#include "model/plan.h"
#include "store/rows.h"

namespace cgroupd {

/// A change that is in force.
struct Applied {
  std::uint64_t id = 0;
  const Plan& plan;
  const std::vector<Value>& in_force;  ///< after each of the plan's steps
  const std::vector<CgroupPath>& made;
  const Removal& removal;
  bool always = false;  ///< it has an entry even when that says nothing: somebody will look for it
};

/// `before`: what was desired until now. What is only recorded is taken out of `work`: what is desired, who asked, and
/// what was noted.
Record record_of(Work& work, const Applied& applied, const DesiredState& before, const Moment& now);

}  // namespace cgroupd
