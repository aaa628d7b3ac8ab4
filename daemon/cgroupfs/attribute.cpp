// fsetxattr(2).
#include "cgroupfs/attribute.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cgroupfs/errno_codes.h"
#include "cgroupfs/file_descriptor.h"

namespace cgroupd {

Result<void> set_attribute(const std::string& directory, std::string_view name, std::string_view value) {
  const std::string attribute(name);
  const auto failed = [&](int error) {
    return fail(error_code_of(error),
                "cannot set " + attribute + " of " + directory + ": " + std::generic_category().message(error), {},
                error);
  };
  const FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return failed(errno);
  struct statfs info {};
  if (::fstatfs(fd.get(), &info) != 0 || info.f_type != CGROUP2_SUPER_MAGIC)
    return fail(ErrorCode::unsupported, directory + " is not on a cgroup2 file system");
  if (::fsetxattr(fd.get(), attribute.c_str(), value.data(), value.size(), 0) != 0) return failed(errno);
  return {};
}

}  // namespace cgroupd
