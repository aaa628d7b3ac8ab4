// What cgctl's exit status means: a contract with scripts.
#pragma once

#include "model/error.h"

namespace cgroupd::client {

inline constexpr int exit_done = 0;
inline constexpr int exit_refused = 1;
inline constexpr int exit_usage = 2;             ///< nothing was sent
inline constexpr int exit_unreachable = 3;       ///< the daemon does not answer
inline constexpr int exit_not_executable = 126;  ///< run: as a shell has it
inline constexpr int exit_not_found = 127;
inline constexpr int exit_signalled = 128;  ///< run: plus the signal's number

inline int exit_status_of(const Error& error) {
  return error.code == ErrorCode::unreachable ? exit_unreachable : exit_refused;
}

}  // namespace cgroupd::client
