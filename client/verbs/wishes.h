// Options that several verbs share, and what contradicts among them.
#pragma once

#include <string>

#include "client/command_line.h"
#include "client/verb.h"
#include "model/result.h"

namespace cgroupd::client {

inline constexpr Option drift_option = {"drift", '\0', "repair|report|adopt",
                                        "what to do when somebody else changes its limits"};

inline constexpr Option on_missing_option = {
    "on-missing", '\0', "refuse|skip", "whether a limit that cannot be had here stops the others (default refuse)"};

/// --force with --within: a usage error.
inline Result<void> check_lowering(const CommandLine& line) {
  if (!line.has("force") || !line.within) return {};
  return fail(ErrorCode::invalid_argument, "--force contradicts --within",
              "--force lowers memory at once, --within takes its time; say one of them");
}

/// "--for says nothing without a limit".
inline tl::unexpected<Error> needs_a_limit(const std::string& option) {
  return fail(ErrorCode::invalid_argument, option + " says nothing without a limit", "add one, as in --memory 512M");
}

}  // namespace cgroupd::client
