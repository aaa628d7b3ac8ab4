// Completion for shells, made from the verb table and the limit table.
#pragma once

#include <string>

namespace cgroupd::client {

/// A script for bash: verbs, their options, flags of limits, names of cgroups (asked of the daemon), values where there
/// are few.
std::string bash_completion();

}  // namespace cgroupd::client
