// From an errno to what is really wrong: looks at the hierarchy and says it, with the way out.
#pragma once

#include <optional>
#include <string_view>

#include "cgroupfs/kernel.h"
#include "model/limits.h"

namespace cgroupd {

/// Refines the error of a read or write of `file` in `cgroup`. Errors that already say enough come back unchanged.
Error diagnose(Kernel& kernel, const CgroupPath& cgroup, std::string_view file, Error error);

/// "no cgroup named 'wbe'; did you mean web?"
Error no_such_cgroup(Kernel& kernel, const CgroupPath& cgroup);
/// The same for somebody who wants it gone.
Error none_to_remove(Kernel& kernel, const CgroupPath& cgroup);

/// Why `controller` does not reach `cgroup`: the kernel lacks it, or the level at which delegation ends.
Error explain_missing_controller(Kernel& kernel, const CgroupPath& cgroup, std::string_view controller);

/// Why no cgroup of ours can have `limit`: its controller does not reach the delegated root, or this kernel has no such
/// file. Nothing when it can be had, also where a cgroup in between would first have to hand the controller down.
std::optional<Error> why_missing(Kernel& kernel, const Limit& limit);

/// Whether there is such a cgroup.
bool exists(Kernel& kernel, const CgroupPath& cgroup);

}  // namespace cgroupd
