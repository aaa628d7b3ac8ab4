// The script, table by table.
#include "client/completion.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "client/verb.h"
#include "model/limits.h"

namespace cgroupd::client {
namespace {

// What the script does whatever the tables say. @…@ is filled in from them.
constexpr std::string_view script = R"script(# bash completion for cgctl; made by: cgctl completion bash

# The cgroups there are, as the daemon on the bus named in the command line has them.
_cgctl_names() {
    local name rest
    "$@" --quiet list 2>/dev/null | while read -r name rest; do
        [[ $name == NAME ]] || printf '%s\n' "$name"
    done
}

# As file names: a directory is followed by a slash, blanks are quoted.
_cgctl_files() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
}

_cgctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local verb='' words=0 i only_words='' flags='' values=''
    local -a ask=("${COMP_WORDS[0]}")
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --) only_words=yes ;;
            --user | --system) ask+=("${COMP_WORDS[i]}") ;;
            @WITH_VALUE@) ((i++)) ;;
            -*) ;;
            *) if [[ $verb ]]; then ((words++)); else verb=${COMP_WORDS[i]}; fi ;;
        esac
    done
    if [[ $verb == run && $words -gt 0 && ( $only_words || $current != -* ) ]]; then
        _cgctl_files
        ((words > 1)) || COMPREPLY+=($(compgen -c -- "$current"))
        return
    fi
    case $previous in
@VALUES@
        @WITH_VALUE@) return ;;
    esac
    case $verb in
@VERBS@
    esac
    if [[ $current == -* && ! $only_words ]]; then
        COMPREPLY=($(compgen -W "$flags @GLOBAL@" -- "$current"))
        return
    fi
    case $values in
        names) ;;
        name) ((words == 0)) || return ;;
        name_and_limits)
            if ((words > 0)); then
                COMPREPLY=($(compgen -W '@FILES@' -- "$current"))
                return
            fi
            ;;
        *)
            ((words == 0)) && COMPREPLY=($(compgen -W "$values" -- "$current"))
            return
            ;;
    esac
    COMPREPLY=($(compgen -W "$(_cgctl_names "${ask[@]}")" -- "$current"))
}

complete -o default -F _cgctl cgctl
)script";

void add(std::string& list, std::string_view word, std::string_view separator = " ") {
  if (!list.empty()) list += separator;
  list += word;
}

void add_option(std::string& list, const Option& option, std::string_view separator = " ") {
  add(list, "--" + std::string(option.name), separator);
  if (option.letter != '\0') add(list, std::string("-") + option.letter, separator);
}

void add_flag(std::string& list, const Flag& flag, std::string_view separator = " ") {
  add(list, "--" + std::string(flag.name), separator);
  if (!flag.alias.empty()) add(list, "--" + std::string(flag.alias), separator);
  if (flag.letter != '\0') add(list, std::string("-") + flag.letter, separator);
}

std::string names_of_verbs() {
  std::string names;
  for (const auto* const verb : all_verbs()) add(names, verb->name);
  return names;
}

std::string_view what_words_are(const Verb& verb, std::string_view verbs) {
  switch (verb.words) {
    case Words::names:
      return "names";
    case Words::name:
    case Words::optional_name:
    case Words::name_and_pids:
    case Words::name_and_command:
      return "name";
    case Words::name_and_limits:
      return "name_and_limits";
    case Words::verb:
      return verbs;
    case Words::shell:
      return "bash";
    case Words::none:
    case Words::number:
      return "";
  }
  return "";
}

std::string flags_of(const Verb& verb) {
  std::string flags;
  for (const auto& option : verb.options) add_option(flags, option);
  if (!verb.takes_limits) return flags;
  add_option(flags, set_any_option());
  for (const auto& limit : all_limits()) {
    for (const auto& flag : limit.flags) add_flag(flags, flag);
  }
  return flags;
}

std::string cases_of_verbs() {
  const std::string verbs = names_of_verbs();
  std::string cases;
  for (const auto* const verb : all_verbs()) {
    cases += "        " + std::string(verb->name) + ") flags='" + flags_of(*verb) + "' values='" +
             std::string(what_words_are(*verb, verbs)) + "' ;;\n";
  }
  cases += "        '') values='" + verbs + "' ;;";
  return cases;
}

// Everything that takes the next word for its value.
std::string with_value() {
  std::string list;
  const auto add_all = [&](std::span<const Option> options) {
    for (const auto& option : options) {
      // The same option of two verbs is one word here.
      if (option.placeholder.empty() ||
          ("|" + list + "|").find("|--" + std::string(option.name) + "|") != std::string::npos)
        continue;
      add_option(list, option, "|");
    }
  };
  add_all(global_options());
  for (const auto* const verb : all_verbs()) add_all(verb->options);
  const std::array any = {set_any_option()};
  add_all(any);
  for (const auto& limit : all_limits()) {
    // A flag alone means yes, so that the next word is a value only when it is one.
    if (limit.kind == ValueKind::flag) continue;
    for (const auto& flag : limit.flags) add_flag(list, flag, "|");
  }
  return list;
}

// Values of which there are few.
std::string cases_of_values() {
  std::string yes_or_no;
  for (const auto& limit : all_limits()) {
    if (limit.kind != ValueKind::flag) continue;
    for (const auto& flag : limit.flags) add_flag(yes_or_no, flag, "|");
  }
  return "        --drift) COMPREPLY=($(compgen -W 'repair report adopt' -- \"$current\")); return ;;\n"
         "        --on-missing) COMPREPLY=($(compgen -W 'refuse skip' -- \"$current\")); return ;;\n"
         "        -f|--file) _cgctl_files; return ;;\n"
         "        " +
         yes_or_no +
         ") if [[ $current != -* ]]; then COMPREPLY=($(compgen -W 'yes no' -- \"$current\")); return; fi ;;";
}

}  // namespace

std::string bash_completion() {
  std::string files;
  for (const auto& limit : all_limits()) add(files, limit.file);
  std::string global;
  for (const auto& option : global_options()) add_option(global, option);
  const std::array<std::pair<std::string_view, std::string>, 5> parts = {{{"@WITH_VALUE@", with_value()},
                                                                          {"@VALUES@", cases_of_values()},
                                                                          {"@VERBS@", cases_of_verbs()},
                                                                          {"@GLOBAL@", global},
                                                                          {"@FILES@", files}}};
  std::string out(script);
  for (const auto& [mark, text] : parts) {
    for (auto at = out.find(mark); at != std::string::npos; at = out.find(mark, at + text.size())) {
      out.replace(at, mark.size(), text);
    }
  }
  return out;
}

}  // namespace cgroupd::client
