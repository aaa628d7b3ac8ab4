// From what was seen to what is right, what is wrong, and the one command that mends it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/doctor/facts.h"

namespace cgroupd::client {

struct Finding {
  std::string check;  ///< "kernel", "controller memory", …
  bool ok = true;
  std::string says;         ///< what is so, one line
  std::string mend = {};    ///< the command; empty when it is fine or nothing can be done
  bool needs_root = false;  ///< to mend it
};

/// One line a check, always in the same order; what does not apply to this host is left out.
std::vector<Finding> judge(const HostFacts& facts);

/// Whether `controller` reaches the delegated root, and if not: the kernel lacks it, cgroup v1 has it, or the level at
/// which it ends and who can let it through.
Finding judge_controller(const HostFacts& facts, std::string_view controller);

bool all_is_fine(const std::vector<Finding>& findings);

}  // namespace cgroupd::client
