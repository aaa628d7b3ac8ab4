// What cgroupd.conf and its drop-ins say.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "config/config_fault.h"
#include "config/config_files.h"
#include "config/listen_address.h"
#include "config/metrics_config.h"
#include "model/budget.h"
#include "model/desired.h"
#include "model/limit_change.h"

namespace cgroupd {

enum class LogLevel { error, warning, info, debug };

/// The initial values are the compile-time defaults that conf/cgroupd.conf shows.
struct DaemonConfig {
  std::uint64_t max_cgroups = 4096;  ///< how many cgroups the daemon manages at most
  LogLevel log_level = LogLevel::info;
  /// None: no TCP listener ("listen = none").
  std::optional<ListenAddress> metrics_listen = ListenAddress{.host = "127.0.0.1", .port = 9753, .is_ipv6 = false};
  std::optional<std::string> metrics_socket;  ///< absolute path of the unix socket; none: no such listener
  DriftPolicy drift = DriftPolicy::repair;    ///< for cgroups that have no policy of their own
  OnMissing on_missing = OnMissing::refuse;   ///< where a request does not say it
  MetricsConfig metrics;                      ///< what the pages show
  Values ceilings;                            ///< [ceilings]: no cgroup above them
  std::vector<Budget> budgets;                ///< [budget USER|@GROUP]
  Changes defaults;                           ///< limits for every newly created cgroup
  std::map<std::string, Changes> profiles;    ///< [profile NAME]: sets of limits that declarative files name
  std::vector<std::string> files;             ///< what was read, in the order applied
};

/// What the environment contributes.
struct ConfigContext {
  /// $XDG_RUNTIME_DIR, or /run for the system daemon: what "%t" means, and where the metrics socket is by default
  /// ("%t/cgroupd/metrics.sock"). Without it there is no socket unless one is configured by its absolute path.
  std::optional<std::string> runtime_directory;
};

/// All or nothing: a configuration with any fault is not used in any part; every fault of every file is listed.
using DaemonConfigResult = tl::expected<DaemonConfig, ConfigFaults>;

/// Later files win, key by key. Pure.
DaemonConfigResult parse_daemon_config(const ConfigFiles& files, const ConfigContext& context);

/// Reads main_file and its drop-ins (config_files.h), then as above.
DaemonConfigResult load_daemon_config(const std::string& main_file, IfMissing if_missing, const ConfigContext& context);

}  // namespace cgroupd
