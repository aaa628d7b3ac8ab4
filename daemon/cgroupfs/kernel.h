// The seam to the kernel: every read and write of a cgroup goes through this interface.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cgroupfs/file_descriptor.h"
#include "model/cgroup_path.h"
#include "model/result.h"

namespace cgroupd {

/// What the daemon asks of a cgroup2 hierarchy beneath its delegated root. Two implementations, one behaviour
/// (tests/kernel holds the suite both must pass): real_kernel and the tests' fake_kernel.
/// Every error carries errno, file and, for writes, the value.
class Kernel {
 public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  Kernel(Kernel&&) = delete;
  Kernel& operator=(Kernel&&) = delete;
  virtual ~Kernel() = default;

  /// Absolute path of the delegated root.
  virtual std::string root_path() const = 0;

  /// The whole text of an interface file (at most 1 MiB), as the kernel gives it.
  virtual Result<std::string> read(const CgroupPath& cgroup, std::string_view file) = 0;

  /// The same for a file that is read at every change of a limit: it may stay open until then.
  virtual Result<std::string> read_often(const CgroupPath& cgroup, std::string_view file) { return read(cgroup, file); }

  /// The same for a cgroup above the delegated root: 1 is the root's parent. out_of_range above the hierarchy's root.
  virtual Result<std::string> read_above(unsigned levels, std::string_view file) = 0;

  /// One write(2) of `value` to an interface file, then what the file reads afterwards (empty for a write-only file).
  virtual Result<std::string> write(const CgroupPath& cgroup, std::string_view file, std::string_view value) = 0;

  /// mkdir; already_exists, not_found (no parent), limit_exceeded (cgroup.max.descendants), …
  virtual Result<void> make(const CgroupPath& cgroup) = 0;

  /// rmdir; busy when it has processes or children.
  virtual Result<void> remove(const CgroupPath& cgroup) = 0;

  /// Names of the direct children, sorted.
  virtual Result<std::vector<std::string>> children(const CgroupPath& cgroup) = 0;

  /// A directory fd fit for clone3(CLONE_INTO_CGROUP) (clone(2), Linux 5.7).
  virtual Result<FileDescriptor> open_directory(const CgroupPath& cgroup) = 0;

  /// A descriptor with a pressure trigger ("full 1000000 2000000": stalled µs in a window of µs; windows are multiples
  /// of 2 s for users without privilege, psi.rst) that polls POLLPRI when it fires and POLLERR when the cgroup is gone.
  /// The default serves a kernel without pressure.
  virtual Result<FileDescriptor> open_trigger(const CgroupPath& /*cgroup*/, std::string_view file,
                                              std::string_view /*trigger*/) {
    return fail(ErrorCode::unsupported, "no triggers on " + std::string(file));
  }

  /// A short text of ours on the cgroup itself, which lives and dies with it (xattr user.cgroupd.NAME; cgroup2 has
  /// user.* attributes since Linux 5.7). Nothing when there is no such mark. The defaults serve a kernel that has no
  /// marks.
  virtual Result<std::optional<std::string>> mark(const CgroupPath& /*cgroup*/, std::string_view /*name*/) {
    return std::nullopt;
  }
  virtual Result<void> set_mark(const CgroupPath& /*cgroup*/, std::string_view /*name*/, std::string_view /*text*/) {
    return fail(ErrorCode::unsupported, "this kernel keeps no marks on cgroups");
  }

  /// Waits until `file` reads other than `from` (cgroup.events and the like: the kernel notifies with POLLPRI) or the
  /// time is over, and answers what it reads then. The default serves a kernel whose state never changes by itself.
  virtual Result<std::string> wait_for_change(const CgroupPath& cgroup, std::string_view file,
                                              const std::string& /*from*/, std::chrono::milliseconds /*within*/) {
    return read(cgroup, file);
  }

  std::string absolute_path(const CgroupPath& cgroup) const {
    return cgroup.is_root() ? root_path() : root_path() + "/" + cgroup.str();
  }
};

}  // namespace cgroupd
