// The daemon's own command line.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "config/daemon_config.h"
#include "model/result.h"

namespace cgroupd {

struct CommandLine {
  enum class Action { serve, print_help, print_version } action = Action::serve;
  std::optional<std::string> root;    ///< delegated cgroup directory, absolute
  bool system = false;                ///< the system's daemon: system bus, configuration of the host
  std::optional<std::string> bus;     ///< D-Bus address instead of the session (or system) bus
  std::optional<std::string> config;  ///< configuration file instead of the usual one
  std::optional<std::string> state;   ///< directory for what must outlive us, absolute
  std::optional<LogLevel> log_level;
};

/// invalid_argument naming the word that cannot be understood.
Result<CommandLine> parse_command_line(std::span<char* const> arguments);

std::string help_text();

}  // namespace cgroupd
