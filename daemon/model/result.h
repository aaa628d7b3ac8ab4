// Result<T>: a value or an Error. The only way failure travels below dbus/.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "model/error.h"

namespace cgroupd {

template <typename T>
using Result = tl::expected<T, Error>;

/// Shorthand for the failing branch: `return fail(ErrorCode::not_found, "no cgroup named …", "see: cgctl list");`
/// (Cold: the compiler keeps what leads here out of the way of what goes well.)
[[gnu::cold]] tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {},
                                         int errno_value = 0);
[[gnu::cold]] tl::unexpected<Error> fail(Error error);

}  // namespace cgroupd
