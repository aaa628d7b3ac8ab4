// Removing cgroups, and bringing back those that held nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cgroupfs/kernel.h"
#include "model/plan.h"

namespace cgroupd {

/// Cgroups that are to be removed. Unless what is in them is killed, nothing is lost with them that could not be made
/// again.
struct Removal {
  std::vector<CgroupPath> cgroups = {};  ///< children before parents
  bool kill = false;                     ///< what is in them and below
  /// What puts the limits back on fresh ones, in order, unless what is in them is killed; known, as the owners are,
  /// after look_before_removing().
  Plan limits = {};
  std::map<CgroupPath, std::uint32_t> owners = {};

  bool can_be_brought_back() const { return !kill && !cgroups.empty(); }
};

/// busy when something is in one of them, or a cgroup below one is not to be removed. Said before anything is written.
Result<void> check_removable(Kernel& kernel, const Removal& removal);

/// Notes what has to be known to bring them back.
void look_before_removing(Kernel& kernel, Removal& removal);

/// Stops at the first one that cannot be removed; those before it are gone then.
Result<void> remove_all(Kernel& kernel, const Removal& removal);

/// Makes again what is missing, with its limits; what could not be made as it was, as text to append to an error.
std::string bring_back(Kernel& kernel, const Removal& removal);

}  // namespace cgroupd
