// argv made into what is wanted: every word understood, or one sentence about the one that is not.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "client/manager_bus.h"
#include "client/tokens.h"
#include "client/verb.h"
#include "model/cgroup_path.h"
#include "model/desired.h"
#include "model/limit_change.h"
#include "model/result.h"

namespace cgroupd::client {

struct CommandLine {
  const Verb* verb = nullptr;  ///< none: --help or --version alone
  bool help = false;
  bool version = false;
  bool json = false;
  bool quiet = false;
  std::optional<BusChoice> bus;  ///< none: by who we are
  std::vector<CgroupPath> names;
  std::vector<pid_t> pids;
  std::vector<const Limit*> limits;                 ///< unset: without repetition
  std::vector<std::string> command;                 ///< run
  const Verb* topic = nullptr;                      ///< help VERB
  std::uint64_t number = 0;                         ///< undo N
  std::vector<std::string> files;                   ///< --file, as written
  std::optional<std::chrono::microseconds> lease;   ///< --for
  std::optional<std::chrono::microseconds> within;  ///< --within
  std::optional<DriftPolicy> drift;                 ///< --drift
  std::optional<OnMissing> on_missing;              ///< --on-missing
  std::optional<std::uint32_t> last;                ///< --last
  Changes changes;
  std::map<std::string_view, std::string> options;  ///< the verb's own, by name
  std::vector<std::string> notes;                   ///< what the user should know before it is done

  bool has(std::string_view option) const { return options.contains(option); }
};

/// A block device as io.max wants it, and what there is to say about it.
struct ResolvedDevice {
  Device device;
  std::string note;  ///< empty when it is the device that was named
};
using DeviceResolver = std::function<Result<ResolvedDevice>(const std::string& path)>;

/// Whatever fails here is a usage error: nothing was sent.
Result<CommandLine> read_command_line(const Tokens& tokens, const DeviceResolver& resolve_device);

}  // namespace cgroupd::client
