// The parts of the manual pages that are made from the tables.
#pragma once

#include <string>
#include <string_view>

namespace cgroupd::client {

/// A page's template with its marks, each a line of its own, filled in:
///  @OPTIONS@ options of every verb · @VERBS@ the verbs with their own options · @LIMITS@ the flags of the limit table
///  ·
///  @KEYS@ the same as keys of a configuration file · @VERSION@ (anywhere).
std::string filled_manual(std::string_view page);

}  // namespace cgroupd::client
