// stat(2) and sysfs: from a path to the number of a whole disk.
#include "client/device.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "client/descriptor.h"

namespace cgroupd::client {
namespace {

// The first line of a small file; empty when it cannot be read.
std::string first_line(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 64> buffer{};
  const ssize_t length = file ? ::read(file.get(), buffer.data(), buffer.size()) : 0;
  if (length <= 0) return {};
  const std::string text(buffer.data(), static_cast<std::size_t>(length));
  return text.substr(0, text.find('\n'));
}

}  // namespace

Result<ResolvedDevice> resolve_device(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const int error = errno;
    return fail(ErrorCode::not_found, path + ": " + std::strerror(error), "lsblk shows the block devices", error);
  }
  if (!S_ISBLK(status.st_mode)) {
    return fail(ErrorCode::invalid_argument, path + " is not a block device", "lsblk shows the block devices");
  }
  const Device device{.major = gnu_dev_major(status.st_rdev), .minor = gnu_dev_minor(status.st_rdev)};
  const std::string sysfs = "/sys/dev/block/" + print_device(device);
  if (first_line(sysfs + "/partition").empty()) return ResolvedDevice{.device = device, .note = {}};
  const auto disk = parse_device(first_line(sysfs + "/../dev"));
  if (!disk) {
    return fail(ErrorCode::invalid_argument, path + " is a partition, and io.max works on whole disks",
                "name the disk; lsblk shows it");
  }
  return ResolvedDevice{
      .device = *disk,
      .note = path + " is a partition and io.max works on whole disks: the limit is for " + print_device(*disk)};
}

}  // namespace cgroupd::client
