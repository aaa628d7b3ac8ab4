// The mapping.
#include "cgroupfs/errno_codes.h"

#include <cerrno>

namespace cgroupd {

ErrorCode error_code_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENODEV:
      return ErrorCode::not_found;  // ENODEV: the cgroup went away while its file was open
    case EEXIST:
      return ErrorCode::already_exists;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::not_authorized;
    case EBUSY:
    case ENOTEMPTY:
      return ErrorCode::busy;
    case ERANGE:
      return ErrorCode::out_of_range;
    case EOPNOTSUPP:
      return ErrorCode::unsupported;
    case EAGAIN:
      return ErrorCode::limit_exceeded;
    default:
      return ErrorCode::failed;
  }
}

}  // namespace cgroupd
