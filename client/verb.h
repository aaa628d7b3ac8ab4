// THE VERB TABLE: one row a verb. Parsing, help and dispatch are made from these rows.
#pragma once

#include <span>
#include <string_view>

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
  names,             ///< NAME…
  name_and_limits,   ///< NAME LIMIT…
  name_and_pids,     ///< NAME PID…
  name_and_command,  ///< NAME [--] COMMAND [ARGUMENT…]
  verb,              ///< [VERB]
};

/// What a verb has at hand.
struct Session {
  const CommandLine& line;
  Manager& manager;
  Output& output;
};

struct Verb {
  std::string_view name;
  std::string_view summary;  ///< one line, for cgctl --help
  std::string_view usage;    ///< what follows the verb: "NAME LIMITS"
  std::string_view about;    ///< a few lines for cgctl VERB --help; may be empty
  Words words;
  bool takes_limits;  ///< the flags of the limit table, and --set
  bool needs_limits;  ///< at least one of them
  std::span<const Option> options;
  std::span<const std::string_view> examples;
  Result<int> (*act)(Session&);  ///< the exit status
};

std::span<const Verb* const> all_verbs();
/// nullptr when there is none.
const Verb* find_verb(std::string_view name);

/// Options of every verb: --json, --quiet, …
std::span<const Option> global_options();
/// --set, for verbs that take limits.
const Option& set_any_option();

}  // namespace cgroupd::client
