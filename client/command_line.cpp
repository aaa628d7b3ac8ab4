// Tokens made into names, limits, process ids and wishes.
#include "client/command_line.h"

#include <algorithm>
#include <utility>

#include "client/foreign_words.h"
#include "client/text.h"
#include "model/quantity.h"

namespace cgroupd::client {
namespace {

// "--memory 64Q" in front of what is wrong with '64Q', without saying 64Q twice.
Error about_flag(Error error, const std::string& said, const std::string& value) {
  const std::string quoted = "'" + value + "'";
  const std::string shown = said + (value.empty() || said.ends_with('=') ? "" : " ") + value;
  if (!value.empty() && error.message.starts_with(quoted)) {
    error.message = shown + error.message.substr(quoted.size());
  } else {
    error.message = shown + ": " + error.message;
  }
  return error;
}

std::string first_example(const Verb& verb) {
  return verb.examples.empty() ? "see: cgctl " + std::string(verb.name) + " --help"
                               : "as in " + std::string(verb.examples.front());
}

bool speaks_of_device(FlagPart part) {
  return part == FlagPart::read_bps || part == FlagPart::write_bps || part == FlagPart::read_iops ||
         part == FlagPart::write_iops;
}

bool needs_name(Words words) {
  switch (words) {
    case Words::none:
    case Words::optional_name:
    case Words::verb:
    case Words::number:
    case Words::shell:
      return false;
    case Words::name:
    case Words::names:
    case Words::name_and_limits:
    case Words::name_and_pids:
    case Words::name_and_command:
      return true;
  }
  return true;
}

constexpr std::size_t longest_shown = 64;

class Reader {
 public:
  Reader(const Tokens& tokens, const DeviceResolver& resolve_device)
      : tokens_(tokens), resolve_device_(resolve_device) {}

  Result<CommandLine> read() {
    line_.verb = tokens_.verb;
    line_.help = tokens_.has("help");
    line_.version = tokens_.has("version");
    // Who asks for help gets it, however unfinished the rest is.
    if (line_.help || line_.version) return std::move(line_);
    if (tokens_.verb == nullptr) {
      return fail(ErrorCode::invalid_argument, "a verb is missing",
                  "as in cgctl create web --memory 512M; see: cgctl --help");
    }
    for (const auto& token : tokens_.tokens) {
      auto ok = token.option != nullptr ? option(token) : token.flag.limit != nullptr ? flag(token) : word(token.said);
      if (!ok) return fail(std::move(ok.error()));
    }
    if (auto ok = complete(); !ok) return fail(std::move(ok.error()));
    line_.command = tokens_.command;
    return std::move(line_);
  }

 private:
  const Verb& verb() const { return *tokens_.verb; }

  Result<void> option(const Token& token) {
    const auto name = token.option->name;
    const std::string value = token.value.value_or("");
    if (name == "json") {
      line_.json = true;
    } else if (name == "quiet") {
      line_.quiet = true;
    } else if (name == "user" || name == "system") {
      return bus(token, name == "user" ? Bus::user : Bus::system);
    } else if (name == "bus") {
      if (value.find(':') == std::string::npos) {
        return fail(ErrorCode::invalid_argument, "--bus '" + value + "' is not a D-Bus address",
                    "write it as in --bus unix:path=/run/user/1000/bus");
      }
      return bus(token, value);
    } else if (token.option == &set_any_option()) {
      return any_limit(token, value);
    } else {
      line_.options[name] = value;
      return typed_option(token, value);
    }
    return {};
  }

  // Options of single verbs whose value is more than a word.
  Result<void> typed_option(const Token& token, const std::string& value) {
    const auto name = token.option->name;
    if (name == "file") line_.files.push_back(value);
    if (name == "for") return once(token, value, parse_time_span(value).and_then(to_time), line_.lease);
    if (name == "within") return once(token, value, parse_time_span(value).and_then(to_time), line_.within);
    if (name == "drift") return once(token, value, parse_drift_policy(value), line_.drift);
    if (name == "on-missing") return once(token, value, parse_on_missing(value), line_.on_missing);
    if (name == "last") {
      constexpr std::uint64_t most = 1000;  // as the bus has it (History)
      return once(token, value, parse_count(value, 1, most).map(to_number), line_.last);
    }
    return {};
  }

  // As much as the bus takes.
  static Result<std::chrono::microseconds> to_time(std::uint64_t microseconds) {
    constexpr std::chrono::microseconds most = std::chrono::hours(366 * 24);
    if (microseconds <= static_cast<std::uint64_t>(most.count())) return std::chrono::microseconds(microseconds);
    return fail(ErrorCode::out_of_range, "that is longer than a year", "366d at most");
  }
  static std::uint32_t to_number(std::uint64_t number) { return static_cast<std::uint32_t>(number); }

  // Said twice is fine; said twice differently is not.
  template <typename T>
  static Result<void> once(const Token& token, const std::string& value, const Result<T>& parsed,
                           std::optional<T>& into) {
    if (!parsed) return fail(about_flag(parsed.error(), token.said, value));
    if (into && *into != *parsed) {
      return fail(ErrorCode::invalid_argument, token.said + " " + value + " contradicts the " + token.said + " before",
                  "say it once");
    }
    into = *parsed;
    return {};
  }

  Result<void> bus(const Token& token, BusChoice choice) {
    if (line_.bus && *line_.bus != choice) {
      return fail(ErrorCode::invalid_argument, token.said + " contradicts the bus named before", "name one bus");
    }
    line_.bus = std::move(choice);
    return {};
  }

  Result<void> any_limit(const Token& token, const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) {
      return fail(ErrorCode::invalid_argument, token.said + " '" + text + "' is not FILE=VALUE",
                  "write it as in --set memory.max=512M");
    }
    const auto limit = require_limit(std::string_view(text).substr(0, equals));
    if (!limit) return fail(about_flag(limit.error(), token.said, text));
    const auto change = parse_change(**limit, std::string_view(text).substr(equals + 1));
    if (!change) {
      // The model speaks of "memory.max: '64Q'", the user wrote memory.max=64Q.
      Error error = change.error();
      const std::string prefix = std::string((*limit)->file) + ": ";
      if (error.message.starts_with(prefix)) error.message = error.message.substr(prefix.size());
      return fail(about_flag(std::move(error), token.said + " " + text.substr(0, equals + 1), text.substr(equals + 1)));
    }
    return merge_change(line_.changes, **limit, *change, token.said + " " + text);
  }

  Result<void> flag(const Token& token) {
    const auto& [limit, flag] = token.flag;
    const std::string written = token.value.value_or("");
    std::string value = written;
    if (speaks_of_device(flag->part)) {
      auto resolved = with_device_number(written);
      if (!resolved) return fail(about_flag(std::move(resolved.error()), token.said, written));
      value = std::move(*resolved);
    }
    const auto change = parse_flag_change(*limit, *flag, value);
    if (!change) return fail(about_flag(change.error(), token.said, written));
    if (flag->part == FlagPart::shares) {
      line_.notes.push_back(token.said + " " + value + " is " + std::string(limit->file) + " " + print_change(*change) +
                            " (10^((l^2 + 125 l)/612 - 7/34) with l = log2(shares), as crun and runc have it)");
    }
    return merge_change(line_.changes, *limit, *change, token.said + " " + written);
  }

  // "/dev/sda:1M" to "8:0:1M"; anything that is no path stays as it is.
  Result<std::string> with_device_number(const std::string& text) {
    const auto colon = text.rfind(':');
    if (!text.starts_with('/') || colon == std::string::npos) return text;
    const auto resolved = resolve_device_(text.substr(0, colon));
    if (!resolved) return fail(resolved.error());
    if (!resolved->note.empty()) line_.notes.push_back(resolved->note);
    return print_device(resolved->device) + text.substr(colon);
  }

  Result<void> word(const std::string& said) {
    const bool is_first = line_.names.empty();
    switch (verb().words) {
      case Words::none:
        return unexpected(said);
      case Words::verb:
        return topic(said);
      case Words::names:
        return name(said);
      case Words::number:
        return change_number(said);
      case Words::shell:
        return shell(said);
      case Words::name:
      case Words::optional_name:
      case Words::name_and_command:
        return is_first ? name(said) : unexpected(said);
      case Words::name_and_limits:
        return is_first ? name(said) : limit(said);
      case Words::name_and_pids:
        return is_first ? name(said) : pid(said);
    }
    return unexpected(said);
  }

  Result<void> name(const std::string& said) {
    auto path = CgroupPath::parse(said);
    if (!path) return fail(std::move(path.error()));
    if (std::ranges::find(line_.names, *path) == line_.names.end()) line_.names.push_back(std::move(*path));
    return {};
  }

  Result<void> limit(const std::string& said) {
    const auto found = find_limit_by_any_name(said);
    if (!found) return fail(found.error());
    if (std::ranges::find(line_.limits, *found) == line_.limits.end()) line_.limits.push_back(*found);
    return {};
  }

  Result<void> pid(const std::string& said) {
    constexpr std::uint64_t most_pids = 4'194'304;  // PID_MAX_LIMIT
    const auto number = parse_count(said, 1, most_pids);
    if (!number) return fail(about_flag(number.error(), "process id", said));
    const auto pid = static_cast<pid_t>(*number);
    if (std::ranges::find(line_.pids, pid) == line_.pids.end()) line_.pids.push_back(pid);
    return {};
  }

  Result<void> change_number(const std::string& said) {
    if (line_.number != 0) return unexpected(said);
    const auto number = parse_count(said, 1, INT64_MAX);
    if (!number) {
      return fail(ErrorCode::invalid_argument, "'" + said.substr(0, longest_shown) + "' is not the number of a change",
                  "cgctl history shows them");
    }
    line_.number = *number;
    return {};
  }

  Result<void> shell(const std::string& said) {
    if (has_shell_) return unexpected(said);
    if (said != "bash") {
      return fail(ErrorCode::invalid_argument, "no completion for '" + said.substr(0, longest_shown) + "'",
                  "there is one for bash");
    }
    has_shell_ = true;
    return {};
  }

  Result<void> topic(const std::string& said) {
    if (line_.topic != nullptr) return unexpected(said);
    line_.topic = find_verb(said);
    if (line_.topic != nullptr) return {};
    return fail(unknown_verb(said));
  }

  Result<void> unexpected(const std::string& said) const {
    std::string message = "unexpected '" + said + "' for " + std::string(verb().name);
    const auto equals = said.find('=');
    if (verb().takes_limits && equals != std::string::npos) {
      const std::string key = said.substr(0, equals);
      const std::string value = said.substr(equals + 1);
      if (find_flag(key).limit != nullptr) {
        return fail(ErrorCode::invalid_argument, std::move(message), "did you mean --" + key + " " + value + "?");
      }
      if (find_limit(key) != nullptr) {
        return fail(ErrorCode::invalid_argument, std::move(message), "did you mean --set " + said + "?");
      }
    }
    return fail(
        ErrorCode::invalid_argument, std::move(message),
        "usage: cgctl " + std::string(verb().name) + (verb().usage.empty() ? "" : " ") + std::string(verb().usage));
  }

  Result<void> complete() const {
    const std::string who(verb().name);
    if (needs_name(verb().words) && line_.names.empty()) {
      return fail(ErrorCode::invalid_argument, who + " needs the name of a cgroup", first_example(verb()));
    }
    if (verb().words == Words::number && line_.number == 0) {
      return fail(ErrorCode::invalid_argument, who + " needs the number of a change", "cgctl history shows them");
    }
    if (verb().words == Words::shell && !has_shell_) {
      return fail(ErrorCode::invalid_argument, who + " needs the name of a shell", first_example(verb()));
    }
    if (verb().words == Words::name_and_limits && line_.limits.empty()) {
      return fail(ErrorCode::invalid_argument, who + " needs the name of a limit", first_example(verb()));
    }
    if (verb().words == Words::name_and_pids && line_.pids.empty()) {
      return fail(ErrorCode::invalid_argument, who + " needs a process id", first_example(verb()));
    }
    if (verb().needs_limits && line_.changes.empty() && !line_.drift) {
      return fail(ErrorCode::invalid_argument, who + " needs at least one limit",
                  first_example(verb()) + "; cgctl " + who + " --help lists them");
    }
    return verb().check == nullptr ? Result<void>() : verb().check(line_);
  }

  const Tokens& tokens_;
  const DeviceResolver& resolve_device_;
  CommandLine line_;
  bool has_shell_ = false;
};

}  // namespace

Result<CommandLine> read_command_line(const Tokens& tokens, const DeviceResolver& resolve_device) {
  return Reader(tokens, resolve_device).read();
}

}  // namespace cgroupd::client
