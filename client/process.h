// Processes as the kernel shows them to everybody.
#pragma once

#include <string>

#include <sys/types.h>

#include "client/descriptor.h"
#include "model/result.h"

namespace cgroupd::client {

/// pidfd_open(2), so that the process moved is the one that was meant. The error has the errno (ENOSYS: no pidfds
/// here).
Result<Descriptor> open_pidfd(pid_t pid);

/// Puts a process into the cgroup behind `directory` with our own authority (cgroup.procs), for callers who may do what
/// the daemon may not: root on a host whose daemon has no privilege. The error has the errno.
Result<void> put_into(const Descriptor& directory, pid_t pid);

/// The cgroup v2 path of a process as /proc/PID/cgroup has it ("/user.slice/…/web"); empty when it cannot be read.
std::string cgroup_of_process(pid_t pid);

}  // namespace cgroupd::client
