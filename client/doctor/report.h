// Findings as people and scripts read them.
#pragma once

#include <string>
#include <vector>

#include "client/doctor/findings.h"
#include "client/output.h"

namespace cgroupd::client {

/// One line a check; below one that is wrong the command that mends it.
std::string doctor_view(const std::vector<Finding>& findings, const OutputStyle& style);

/// {"ok":…,"findings":[{"check":…,"ok":…,"says":…,"mend":…,"needs_root":…},…],"levels":[{"path":…,"controllers":[…],
/// "subtree_control":[…]},…]}; "mend" and "needs_root" only where something is wrong.
std::string doctor_json(const std::vector<Finding>& findings, const HostFacts& facts);

}  // namespace cgroupd::client
