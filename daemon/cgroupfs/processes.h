// Processes as far as cgroups need them: names for messages, pidfds to ids.
#pragma once

#include <span>
#include <string>

#include <sys/types.h>

#include "model/result.h"

namespace cgroupd {

/// "12 (nginx)", or "12" when the process is gone or hidden.
std::string process_label(pid_t pid);

/// "12 (nginx), 13 (sleep) and 4 more".
std::string process_labels(std::span<const pid_t> pids);

/// The process a pidfd stands for, in our pid namespace; not_found when it has ended, invalid_argument for another kind
/// of fd.
Result<pid_t> process_of_pidfd(int pidfd);

}  // namespace cgroupd
