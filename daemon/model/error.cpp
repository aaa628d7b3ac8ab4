// Names of the error codes.
#include "model/error.h"

namespace cgroupd {

std::string_view error_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "InvalidArgument";
    case ErrorCode::out_of_range:
      return "OutOfRange";
    case ErrorCode::unknown_limit:
      return "UnknownLimit";
    case ErrorCode::not_found:
      return "NotFound";
    case ErrorCode::already_exists:
      return "AlreadyExists";
    case ErrorCode::not_delegated:
      return "NotDelegated";
    case ErrorCode::unsupported:
      return "Unsupported";
    case ErrorCode::busy:
      return "Busy";
    case ErrorCode::not_authorized:
      return "NotAuthorized";
    case ErrorCode::limit_exceeded:
      return "LimitExceeded";
    case ErrorCode::unreachable:
      return "Unreachable";
    case ErrorCode::failed:
      return "Failed";
  }
  return "Failed";
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 64;
  if (text.empty()) return "an empty value";
  std::string out = "'";
  for (const char c : text.substr(0, longest)) out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  return out + (text.size() > longest ? "…'" : "'");
}

std::string Error::text() const {
  return hint.empty() ? message : message + "; " + hint;
}

}  // namespace cgroupd
