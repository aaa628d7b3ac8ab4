// Locking ourselves in: after this, no bug of ours opens a file we have no business with.
#pragma once

#include <string>
#include <vector>

#include "model/result.h"

namespace cgroupd {

/// Directories, absolute; what lies beneath belongs to them. One that is not there is left out.
struct SandboxPaths {
  std::vector<std::string> readable;
  std::vector<std::string> cgroups;   ///< readable; cgroups may be made and removed there, and interface files written
  std::vector<std::string> writable;  ///< readable; files and sockets may be made, written and removed there
};

/// Landlock (Linux 5.13), which needs no privilege: everything else in the file system cannot be opened any more,
/// nothing can be executed, and no TCP connection made (Linux 6.7). What is open stays open. Holds for the calling
/// thread and those it starts later, so call it before there are others. Sets no_new_privs. unsupported when the kernel
/// has no Landlock, or it is switched off, or a system call filter keeps us from it.
Result<void> lock_in(const SandboxPaths& paths);

}  // namespace cgroupd
