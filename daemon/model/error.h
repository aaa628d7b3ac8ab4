// The closed list of what can go wrong, and how an error travels.
#pragma once

#include <string>
#include <string_view>

namespace cgroupd {

/// Every outcome a caller may have to tell apart. The bus name of each is `org.cgroupd1.Error.` + error_name().
enum class ErrorCode {
  invalid_argument,  ///< the text cannot be understood: a typing mistake, a malformed name
  out_of_range,      ///< understood, but outside what the kernel or the limit table allows
  unknown_limit,     ///< no row of the limit table has this name
  not_found,         ///< no such cgroup (or process)
  already_exists,    ///< the cgroup is there already
  not_delegated,     ///< a controller does not reach this cgroup: the message names the level where it ends
  unsupported,       ///< this kernel or this host lacks the interface file
  busy,              ///< processes or children stand in the way: the message names them
  not_authorized,    ///< the caller may not, or the kernel refuses us
  limit_exceeded,    ///< one of the daemon's own bounds (number or depth of cgroups, sizes) is reached
  unreachable,       ///< the daemon, the bus or the service manager does not answer
  failed,            ///< anything else the kernel refused: errno, file and value are in the message
};

/// CamelCase name of a code, used as the last part of the bus error name ("NotFound").
std::string_view error_name(ErrorCode code);

/// `text` as a message quotes it: in single quotes, at most its first 64 bytes, control characters as '?'; "an empty
/// value" when there is nothing to quote.
std::string shown(std::string_view text);

/// An error: what was tried and why it failed in one sentence (lower case, no final period), and the command that mends
/// it.
struct Error {
  ErrorCode code = ErrorCode::failed;
  std::string message;
  std::string hint = {};  ///< a command or an advice, empty when there is none
  int errno_value = 0;    ///< 0 when the kernel was not asked
  /// The kernel took the value, and held another one a moment later: somebody else writes there, too.
  bool overwritten = false;

  /// Message and hint as one text, the way terminal, bus and journal show it.
  std::string text() const;
};

}  // namespace cgroupd
