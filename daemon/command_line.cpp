// Options, strictly.
#include "command_line.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "model/suggest.h"

namespace cgroupd {
namespace {

constexpr std::array<std::pair<std::string_view, LogLevel>, 4> levels = {
    {{"error", LogLevel::error}, {"warning", LogLevel::warning}, {"info", LogLevel::info}, {"debug", LogLevel::debug}}};

constexpr std::array<std::string_view, 8> option_names = {"--system", "--root",      "--bus",  "--config",
                                                          "--state",  "--log-level", "--help", "--version"};

Result<void> take(CommandLine& line, std::string_view name, std::string value) {
  if (value.empty())
    return fail(ErrorCode::invalid_argument, std::string(name) + " needs a value", "see cgroupd --help");
  if (name == "--root" || name == "--state") {
    while (value.size() > 1 && value.back() == '/') value.pop_back();
    if (value.front() != '/')
      return fail(ErrorCode::invalid_argument, std::string(name) + " " + value + " is not an absolute path",
                  "write the directory from / on");
    (name == "--root" ? line.root : line.state) = std::move(value);
  } else if (name == "--bus") {
    line.bus = std::move(value);
  } else if (name == "--config") {
    line.config = std::move(value);
  } else {
    const auto* const level = std::ranges::find(levels, value, &std::pair<std::string_view, LogLevel>::first);
    if (level == levels.end())
      return fail(ErrorCode::invalid_argument, "--log-level " + value + " is unknown",
                  "use error, warning, info or debug");
    line.log_level = level->second;
  }
  return {};
}

}  // namespace

Result<CommandLine> parse_command_line(std::span<char* const> arguments) {
  CommandLine line;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    const auto equals = std::min(word.find('='), word.size());
    const std::string_view name = word.substr(0, equals);
    if (word == "--help" || word == "-h") {
      line.action = CommandLine::Action::print_help;
      return line;
    }
    if (word == "--version") {
      line.action = CommandLine::Action::print_version;
      return line;
    }
    if (word == "--system") {
      line.system = true;
      continue;
    }
    const bool is_flag = name == "--help" || name == "--version" || name == "--system";
    if (std::ranges::find(option_names, name) == option_names.end() || is_flag) {
      const std::string near = nearest_word(name, {option_names.begin(), option_names.end()});
      return fail(ErrorCode::invalid_argument, "unknown option '" + std::string(word) + "'",
                  near.empty() ? "see cgroupd --help" : "did you mean " + near + "?");
    }
    const bool apart = equals == word.size();
    if (apart && i + 1 == arguments.size())
      return fail(ErrorCode::invalid_argument, std::string(name) + " needs a value", "see cgroupd --help");
    auto ok = take(line, name, apart ? std::string(arguments[++i]) : std::string(word.substr(equals + 1)));
    if (!ok) return fail(ok.error());
  }
  return line;
}

std::string help_text() {
  return "Usage: cgroupd [OPTION]...\n"
         "Manages a delegated cgroup v2 subtree on D-Bus (org.cgroupd1). Usually started by the\n"
         "user's systemd: systemctl --user enable --now cgroupd\n"
         "\n"
         "  --system           serve the system bus, configured by " CGROUPD_SYSCONFDIR
         "/cgroupd/cgroupd.conf\n"
         "  --root DIR         delegated cgroup to manage (default: that of cgroupd-tree.service,\n"
         "                     else our own cgroup where it is writable)\n"
         "  --bus ADDRESS      D-Bus address (default: the session bus)\n"
         "  --config FILE      configuration (default: $XDG_CONFIG_HOME/cgroupd/cgroupd.conf)\n"
         "  --state DIR        where what must outlive it is kept (default: $STATE_DIRECTORY, else\n"
         "                     $XDG_STATE_HOME/cgroupd)\n"
         "  --log-level LEVEL  error, warning, info or debug\n"
         "  --help, --version\n"
         "\n"
         "Talk to it with cgctl(1).\n";
}

}  // namespace cgroupd
