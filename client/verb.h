// THE VERB TABLE: one row a verb. Parsing, help and dispatch are made from these rows.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "client/descriptor.h"
#include "client/manager.h"
#include "client/output.h"
#include "model/result.h"

namespace cgroupd::client {

struct CommandLine;

/// An option of cgctl or of one verb; a limit's flags are in the limit table instead.
struct Option {
  std::string_view name;         ///< without dashes
  char letter;                   ///< short form, or '\0'
  std::string_view placeholder;  ///< empty: it takes no value
  std::string_view help;
};

/// What the words behind the verb are.
enum class Words {
  none,
  name,              ///< NAME
  optional_name,     ///< [NAME]
  names,             ///< NAME…
  name_and_limits,   ///< NAME LIMIT…
  name_and_pids,     ///< NAME PID…
  name_and_command,  ///< NAME [--] COMMAND [ARGUMENT…]
  verb,              ///< [VERB]
  number,            ///< N
  shell,             ///< bash
};

/// What verbs need of the machine they run on; tests bring their own.
struct Machine {
  /// Since 1970.
  std::function<std::chrono::microseconds()> now;
  /// The name of a user, or the number when it has none.
  std::function<std::string(std::uint32_t uid)> user_name;
  /// Readable from the moment on at which the user wants to end (SIGINT, SIGTERM), which no longer kills us.
  std::function<Result<Descriptor>()> interrupts;
  int input;  ///< standard input
};

/// What a verb has at hand.
struct Session {
  const CommandLine& line;
  Manager& manager;
  Output& output;
  const Machine& machine;
};

struct Verb {
  std::string_view name;
  std::string_view summary;  ///< one line, for cgctl --help
  std::string_view usage;    ///< what follows the verb: "NAME LIMITS"
  std::string_view about;    ///< a few lines for cgctl VERB --help; may be empty
  Words words;
  bool takes_limits;  ///< the flags of the limit table, and --set
  bool needs_limits;  ///< at least one of them, or --drift
  std::span<const Option> options;
  std::span<const std::string_view> examples;
  Result<int> (*act)(Session&);  ///< the exit status
  /// What contradicts each other or is missing; a usage error.
  Result<void> (*check)(const CommandLine&) = nullptr;
};

std::span<const Verb* const> all_verbs();
/// nullptr when there is none.
const Verb* find_verb(std::string_view name);

/// Options of every verb: --json, --quiet, …
std::span<const Option> global_options();
/// --set, for verbs that take limits.
const Option& set_any_option();

}  // namespace cgroupd::client
