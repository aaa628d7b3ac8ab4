// Include, exclude, caps.
#include "metrics/selection.h"

#include <cerrno>

#include "metrics/glob.h"

namespace cgroupd {

bool Selection::has_room() {
  if (shown_ < options_.max_cgroups) return true;
  ++skipped_.limit;
  return false;
}

bool Selection::takes(const CgroupPath& path, bool is_managed) {
  const bool included = options_.include.empty() || matches_any(options_.include, path.str());
  if (!included || matches_any(options_.exclude, path.str())) {
    ++skipped_.excluded;
    return false;
  }
  if (!options_.unmanaged && !is_managed) {
    ++skipped_.unmanaged;
    return false;
  }
  ++shown_;
  return true;
}

void Selection::unreadable(int error) {
  if (error == EMFILE || error == ENFILE) ++skipped_.limit;
  if (error == EACCES || error == EPERM) ++skipped_.unreadable;
}

}  // namespace cgroupd
