// Who may have changed a limit. The kernel does not tell, so this is inference, and says so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cgroupfs/processes.h"

namespace cgroupd {

struct Traces {
  /// The limits that differ are back at what a fresh cgroup has, and a cgroup.subtree_control above was written.
  bool controller_was_switched = false;
  /// It was found when the daemon started.
  bool while_away = false;
  std::uint32_t uid = 0;                ///< the only user that may write there
  std::vector<Process> processes = {};  ///< that user's, without ourselves
};

/// "probably crun (4711): it manages cgroups and runs now". Pure.
std::string likely_writer(const Traces& traces);

}  // namespace cgroupd
