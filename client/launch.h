// Starting a command inside a cgroup, and standing in for it until it ends.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "client/descriptor.h"
#include "model/cgroup_path.h"
#include "model/result.h"

namespace cgroupd::client {

/// How the command ended, or that it never began.
struct Ended {
  int exit_status = 0;      ///< the command's own, 128 + signal, 126 or 127
  bool killed = false;      ///< by SIGKILL
  bool began = false;       ///< its process reached the point where the command is executed
  std::string not_started;  ///< why it could not be executed; empty when it was
};

/// Puts the process into the cgroup by other means than being born there.
using Placer = std::function<Result<void>(pid_t)>;

/// Starts `command` in the cgroup behind `directory` and waits for its end, passing on signals sent to us.
/// The command is born there (clone3 CLONE_INTO_CGROUP), so that no byte of its memory is charged elsewhere. Where the
/// kernel does not let us (our own cgroup is not beneath a common ancestor of ours), or kills what is born there (Linux
/// 6.1.176 does in a cgroup that cgroup.kill was ever written to), it is stopped before its first instruction until
/// `place` has put it there. An error means that the command was never started.
Result<Ended> launch(const std::vector<std::string>& command, const CgroupPath& cgroup, const Descriptor& directory,
                     const Placer& place);

}  // namespace cgroupd::client
