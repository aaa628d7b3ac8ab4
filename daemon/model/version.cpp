// Two numbers and a dot.
#include "model/version.h"

#include <charconv>
#include <system_error>

namespace cgroupd {

std::pair<unsigned, unsigned> version_of(std::string_view text) {
  std::pair<unsigned, unsigned> version;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, version.first);
  if (error == std::errc() && at != end && *at == '.') std::from_chars(at + 1, end, version.second);
  return version;
}

}  // namespace cgroupd
