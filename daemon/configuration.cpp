// Files of the system's daemon, or of its user's.
#include "configuration.h"

#include <cstdlib>
#include <utility>

#include <spdlog/spdlog.h>

#include "config/config_files.h"
#include "core/accounts.h"

namespace cgroupd {

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

std::optional<std::string> config_file(const CommandLine& line) {
  if (line.config) return line.config;
  if (line.system) return CGROUPD_SYSCONFDIR "/cgroupd/cgroupd.conf";
  return user_config_file(environment("XDG_CONFIG_HOME"), environment("HOME"));
}

Result<Configuration> load_config(const CommandLine& line) {
  const ConfigContext context{.runtime_directory = line.system ? CGROUPD_RUNSTATEDIR : environment("XDG_RUNTIME_DIR")};
  const auto file = config_file(line);
  auto config = file ? load_daemon_config(*file, line.config ? IfMissing::fault : IfMissing::fine, context)
                     : parse_daemon_config({}, context);
  if (!config)
    return fail(ErrorCode::invalid_argument,
                "the configuration has faults, so none of it is used:\n" + print_faults(config.error()));
  for (const auto& budget : config->budgets) {
    // No fault: accounts come and go without us.
    if (!may_exist(budget.whose)) spdlog::warn("[budget {}]: this host knows nobody of that name", budget.whose);
  }
  Configuration all{.daemon = *std::move(config), .cgroups = {}};
  if (!file) return all;
  auto cgroups = parse_declared_cgroups(read_config_directory(cgroups_directory(*file), IfMissing::fine));
  if (cgroups) {
    all.cgroups = *std::move(cgroups);
  } else {
    all.cgroups_faults = std::move(cgroups.error());
  }
  return all;
}

}  // namespace cgroupd
