// Result<T>: a value or an Error. The only way failure travels below dbus/.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "model/error.h"

namespace cgroupd {

template <typename T>
using Result = tl::expected<T, Error>;

/// Shorthand for the failing branch: `return fail(ErrorCode::not_found, "no cgroup named …", "see: cgctl list");`
inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}, int errno_value = 0) {
  return tl::unexpected<Error>(
      Error{.code = code, .message = std::move(message), .hint = std::move(hint), .errno_value = errno_value});
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace cgroupd
