// argv cut into flags with their values and plain words.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/verb.h"
#include "model/limits.h"
#include "model/result.h"

namespace cgroupd::client {

struct Token {
  const Option* option = nullptr;                        ///< an option of cgctl or of the verb, or
  FlagMatch flag = {.limit = nullptr, .flag = nullptr};  ///< a flag of the limit table, or neither: a word
  std::string said;                                      ///< as it was written, without the value
  std::optional<std::string> value;

  bool is_word() const { return option == nullptr && flag.limit == nullptr; }
};

struct Tokens {
  const Verb* verb = nullptr;
  std::vector<Token> tokens;         ///< without the verb
  std::vector<std::string> command;  ///< run: everything from the command on, untouched

  /// The last value of an option that takes one.
  std::optional<std::string> value_of(std::string_view option) const;
  bool has(std::string_view option) const;
};

/// Options are known before and behind the verb. invalid_argument for a word that is none, with the nearest one.
Result<Tokens> cut(std::span<const std::string> arguments);

}  // namespace cgroupd::client
