// Processes as far as cgroups need them: names for messages, pidfds to ids.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "cgroupfs/file_descriptor.h"
#include "model/result.h"

namespace cgroupd {

/// "12 (nginx)", or "12" when the process is gone or hidden.
std::string process_label(pid_t pid);

/// "12 (nginx), 13 (sleep) and 4 more".
std::string process_labels(std::span<const pid_t> pids);

struct Process {
  pid_t pid = 0;
  std::string command;              ///< comm
  std::chrono::milliseconds age{};  ///< since it was started
  bool has_terminal = false;
};
/// Processes of `uid` that we may see, at most `most`.
std::vector<Process> processes_of(std::uint32_t uid, std::size_t most);

/// The name (comm) of a process; empty when it is gone or hidden.
std::string process_command(pid_t pid);

/// The systemd unit a process stands in, as its cgroup's path says: the last component that is a service or a scope;
/// empty when there is none.
std::string unit_of_process(pid_t pid);

/// Stands for this very process, whoever gets its number afterwards; none when there is no such process, or no room.
FileDescriptor open_pidfd(pid_t pid);

/// The process a pidfd stands for, in our pid namespace; not_found when it has ended, invalid_argument for another kind
/// of fd.
Result<pid_t> process_of_pidfd(int pidfd);

}  // namespace cgroupd
