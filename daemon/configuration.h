// Which files the daemon goes by, and what they say.
#pragma once

#include <optional>
#include <string>

#include "command_line.h"
#include "config/config_fault.h"
#include "config/daemon_config.h"
#include "config/declared_cgroups.h"
#include "model/result.h"

namespace cgroupd {

/// A variable that is set, and not to nothing.
std::optional<std::string> environment(const char* name);

/// The main file: its drop-ins and cgroups.d are beside it. None: there is no place for one.
std::optional<std::string> config_file(const CommandLine& line);

struct Configuration {
  DaemonConfig daemon;
  DeclaredCgroups cgroups;
  ConfigFaults cgroups_faults = {};  ///< then `cgroups` is empty
};

/// A fault in cgroupd.conf fails; one in cgroups.d is the caller's to judge.
Result<Configuration> load_config(const CommandLine& line);

}  // namespace cgroupd
