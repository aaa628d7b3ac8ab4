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
  std::optional<std::string> bus;     ///< D-Bus address instead of the session bus
  std::optional<std::string> config;  ///< configuration file instead of the user's
  std::optional<std::string> state;   ///< directory for what must outlive us, absolute
  std::optional<LogLevel> log_level;
};

/// invalid_argument naming the word that cannot be understood.
Result<CommandLine> parse_command_line(std::span<char* const> arguments);

std::string help_text();

}  // namespace cgroupd
