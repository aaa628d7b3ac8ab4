// One readlink in /sys/dev/block.
#include "metrics/device_names.h"

#include <array>
#include <climits>
#include <string_view>

#include <unistd.h>

namespace cgroupd {

std::string device_name(Device device) {
  std::string number = print_device(device);
  std::array<char, PATH_MAX> target = {};
  const ssize_t length = readlink(("/sys/dev/block/" + number).c_str(), target.data(), target.size());
  if (length <= 0) return number;
  const std::string_view path(target.data(), static_cast<std::size_t>(length));
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.empty() ? number : std::string(name);
}

}  // namespace cgroupd
