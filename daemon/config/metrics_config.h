// What section [metrics] says of the pages; where they are served is in daemon_config.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/result.h"

namespace cgroupd {

/// The initial values are the compile-time defaults that conf/cgroupd.conf shows.
struct MetricsConfig {
  std::uint64_t max_cgroups = 4096;           ///< how many cgroups a page shows at most
  std::uint64_t max_depth = 16;               ///< 1 is the children of the delegated root
  std::vector<std::string> include = {"**"};  ///< globs of cgroups
  std::vector<std::string> exclude;           ///< globs of cgroups
  std::vector<std::string> exclude_families;  ///< globs of families
  std::optional<std::uint64_t> kept_files;    ///< interface files that stay open; none: as many as there is room for
  bool containers = true;                     ///< also the user's containers outside of the tree, and names for all
  bool all_users = false;                     ///< the system's daemon: every user's cgroups and containers
  bool cadvisor = false;                      ///< whether there is /metrics/cadvisor
  std::optional<std::string> web_config;      ///< absolute path of a web config file
  friend bool operator==(const MetricsConfig&, const MetricsConfig&) = default;
};

Result<void> set_metrics_max_cgroups(MetricsConfig& config, const std::string& value);
Result<void> set_metrics_max_depth(MetricsConfig& config, const std::string& value);
Result<void> set_metrics_include(MetricsConfig& config, const std::string& value);
Result<void> set_metrics_exclude(MetricsConfig& config, const std::string& value);
Result<void> set_metrics_exclude_families(MetricsConfig& config, const std::string& value);
Result<void> set_metrics_kept_files(MetricsConfig& config, const std::string& value);
Result<void> set_metrics_containers(MetricsConfig& config, const std::string& value);
Result<void> set_metrics_all_users(MetricsConfig& config, const std::string& value);
Result<void> set_metrics_cadvisor(MetricsConfig& config, const std::string& value);
Result<void> set_metrics_web_config(MetricsConfig& config, const std::string& value);

}  // namespace cgroupd
