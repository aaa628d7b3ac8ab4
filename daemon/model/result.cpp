// Failing.
#include "model/result.h"

#include <utility>

namespace cgroupd {

tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint, int errno_value) {
  return tl::unexpected<Error>(
      Error{.code = code, .message = std::move(message), .hint = std::move(hint), .errno_value = errno_value});
}

tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace cgroupd
