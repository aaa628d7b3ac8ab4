// Telling flags, values and words apart. CLI11 is not used: it takes the next word for the value of `--memory=` and of
// `--memory --json`, splits `[a,b]`, and does not tell which of several flags was written how.
#include "client/tokens.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/foreign_words.h"
#include "client/text.h"
#include "model/quantity.h"
#include "model/suggest.h"

namespace cgroupd::client {
namespace {

constexpr char no_letter = '\0';

struct Match {
  const Option* option = nullptr;
  FlagMatch flag = {.limit = nullptr, .flag = nullptr};
  bool found() const { return option != nullptr || flag.limit != nullptr; }
};

bool has_optional_value(const FlagMatch& match) {
  return match.flag != nullptr && match.limit->kind == ValueKind::flag && match.flag->part == FlagPart::whole;
}

template <typename F>
void for_each_option(const Verb* verb, F visit) {
  for (const auto& option : global_options()) visit(option);
  if (verb == nullptr) return;
  for (const auto& option : verb->options) visit(option);
  if (verb->takes_limits) visit(set_any_option());
}

bool knows_limits(const Verb* verb) {
  return verb != nullptr && (verb->takes_limits || verb->words == Words::name_and_limits);
}

Match find_long(const Verb* verb, std::string_view name) {
  Match match;
  for_each_option(verb, [&](const Option& option) {
    if (option.name == name) match.option = &option;
  });
  if (!match.found() && knows_limits(verb)) match.flag = find_flag(name);
  return match;
}

Match find_letter(const Verb* verb, char letter) {
  Match match;
  if (letter == no_letter) return match;
  for_each_option(verb, [&](const Option& option) {
    if (option.letter == letter) match.option = &option;
  });
  if (match.found() || !knows_limits(verb)) return match;
  for (const auto& limit : all_limits()) {
    for (const auto& flag : limit.flags) {
      if (flag.letter == letter) match.flag = {.limit = &limit, .flag = &flag};
    }
  }
  return match;
}

std::vector<std::string_view> verbs_with_flag(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto* const verb : all_verbs()) {
    if (find_long(verb, name).found() && verb->words != Words::name_and_limits) names.push_back(verb->name);
  }
  return names;
}

tl::unexpected<Error> unknown_flag(const Verb* verb, std::string_view said) {
  const std::string_view name = said.substr(said.starts_with("--") ? 2 : 1);
  const std::string whose = verb == nullptr ? "" : " for " + std::string(verb->name);
  if (const auto advice = said.starts_with("--") ? advice_on_foreign_flag(name) : std::string_view(); !advice.empty()) {
    return fail(ErrorCode::invalid_argument, "no flag " + std::string(said), std::string(advice));
  }
  std::string message = "unknown flag " + std::string(said) + whose;
  if (said.starts_with("--")) {
    if (const auto verbs = verbs_with_flag(name); !verbs.empty()) {
      return fail(ErrorCode::invalid_argument, std::move(message), "it belongs to " + joined_with_and(verbs));
    }
  }
  std::vector<std::string_view> known;
  for_each_option(verb, [&](const Option& option) { known.push_back(option.name); });
  if (knows_limits(verb)) {
    for (const auto& limit : all_limits()) {
      for (const auto& flag : limit.flags) {
        known.push_back(flag.name);
        if (!flag.alias.empty()) known.push_back(flag.alias);
      }
    }
  }
  const std::string near = said.starts_with("--") ? nearest_word(name, known) : std::string();
  return fail(ErrorCode::invalid_argument, std::move(message),
              near.empty() ? "see: cgctl " + (verb == nullptr ? "" : std::string(verb->name) + " ") + "--help"
                           : "did you mean --" + near + "?");
}

std::string example_of(const Match& match) {
  if (match.option != nullptr) return std::string(match.option->placeholder);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> examples = {{{"SIZE", "512M"},
                                                                                      {"CPUS", "1.5"},
                                                                                      {"USEC", "50ms"},
                                                                                      {"LIST", "0-3"},
                                                                                      {"DEVICE:SIZE", "8:0:1M"},
                                                                                      {"DEVICE:N", "8:0:100"}}};
  for (const auto& [placeholder, example] : examples) {
    if (placeholder == match.flag.flag->placeholder) return std::string(example);
  }
  return "200";
}

class Cutter {
 public:
  explicit Cutter(std::span<const std::string> arguments) : rest_(arguments) {}

  Result<Tokens> cut() {
    while (!rest_.empty()) {
      const std::string& argument = take();
      if (argument == "--") {
        only_words_ = true;
        if (takes_command() && words_ == 0) {
          return fail(ErrorCode::invalid_argument, "the NAME of a cgroup is missing before '--'",
                      "write: cgctl " + std::string(result_.verb->name) + " NAME -- COMMAND");
        }
        if (takes_command()) {
          take_command();
          break;
        }
        continue;
      }
      const bool is_number = argument.size() > 1 && argument[1] >= '0' && argument[1] <= '9';
      if (only_words_ || !argument.starts_with('-') || argument == "-" || is_number) {
        if (auto ok = word(argument); !ok) return fail(std::move(ok.error()));
        continue;
      }
      if (auto ok = argument.starts_with("--") ? long_flag(argument) : short_flag(argument); !ok) {
        return fail(std::move(ok.error()));
      }
    }
    return std::move(result_);
  }

 private:
  const std::string& take() {
    const auto& front = rest_.front();
    rest_ = rest_.subspan(1);
    return front;
  }

  bool takes_command() const { return result_.verb != nullptr && result_.verb->words == Words::name_and_command; }

  void take_command() {
    result_.command.assign(rest_.begin(), rest_.end());
    rest_ = {};
  }

  Result<void> word(const std::string& argument) {
    if (result_.verb == nullptr) {
      result_.verb = find_verb(argument);
      if (result_.verb != nullptr) return {};
      return fail(unknown_verb(argument));
    }
    if (takes_command() && words_ > 0) {
      // As docker and ssh have it: the command's own flags are not ours.
      result_.command.push_back(argument);
      result_.command.insert(result_.command.end(), rest_.begin(), rest_.end());
      rest_ = {};
      return {};
    }
    ++words_;
    result_.tokens.push_back(Token{.said = argument, .value = {}});
    return {};
  }

  Result<void> long_flag(const std::string& argument) {
    const auto equals = argument.find('=');
    const std::string said = argument.substr(0, equals);
    std::optional<std::string> value;
    if (equals != std::string::npos) value = argument.substr(equals + 1);
    return flag(find_long(result_.verb, std::string_view(said).substr(2)), said, std::move(value));
  }

  Result<void> short_flag(const std::string& argument) {
    const std::string said = argument.substr(0, 2);
    const Match match = find_letter(result_.verb, said[1]);
    std::optional<std::string> value;
    if (argument.size() > 2) value = argument.substr(argument[2] == '=' ? 3 : 2);
    if (!match.found()) return unknown_flag(result_.verb, value ? argument : said);
    return flag(match, said, std::move(value));
  }

  Result<void> flag(const Match& match, const std::string& said, std::optional<std::string> value) {
    if (!match.found()) return unknown_flag(result_.verb, said);
    if (match.flag.limit != nullptr && result_.verb->words == Words::name_and_limits) {
      if (value)
        return fail(ErrorCode::invalid_argument, said + " takes no value here", "name the limit alone: " + said);
      return word(said);
    }
    const bool is_switch = match.option != nullptr && match.option->placeholder.empty();
    if (is_switch && value)
      return fail(ErrorCode::invalid_argument, said + " takes no value", "write " + said + " alone");
    if (!is_switch && !value) {
      auto next = next_value(match, said);
      if (!next) return fail(std::move(next.error()));
      value = std::move(*next);
    }
    result_.tokens.push_back(
        Token{.option = match.option, .flag = match.flag, .said = said, .value = std::move(value)});
    return {};
  }

  Result<std::string> next_value(const Match& match, const std::string& said) {
    if (has_optional_value(match.flag)) {
      // Alone it means yes; a word behind it is its value only when it can be one, so that `--oom-group web` names web.
      if (!rest_.empty() && parse_flag_value(rest_.front())) return take();
      return std::string("yes");
    }
    if (rest_.empty() || is_known_flag(rest_.front())) {
      const bool is_flag = match.flag.limit != nullptr;
      return fail(ErrorCode::invalid_argument, said + " needs a value",
                  (is_flag ? "write it as in " : "write ") + said + " " + example_of(match));
    }
    return take();
  }

  bool is_known_flag(const std::string& argument) const {
    if (argument == "--") return true;
    if (argument.starts_with("--")) {
      return find_long(result_.verb, std::string_view(argument).substr(2, argument.find('=') - 2)).found();
    }
    return argument.size() == 2 && argument.front() == '-' && find_letter(result_.verb, argument[1]).found();
  }

  std::span<const std::string> rest_;
  Tokens result_;
  std::size_t words_ = 0;
  bool only_words_ = false;
};

}  // namespace

std::optional<std::string> Tokens::value_of(std::string_view option) const {
  std::optional<std::string> value;
  for (const auto& token : tokens) {
    if (token.option != nullptr && token.option->name == option) value = token.value;
  }
  return value;
}

bool Tokens::has(std::string_view option) const {
  return std::ranges::any_of(tokens, [&](const Token& t) { return t.option != nullptr && t.option->name == option; });
}

Result<Tokens> cut(std::span<const std::string> arguments) {
  return Cutter(arguments).cut();
}

}  // namespace cgroupd::client
