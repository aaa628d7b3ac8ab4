// The rows, in the order they are shown.
#include "client/verb.h"

#include <algorithm>
#include <array>

#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<const Verb*, 20> verb_table = {
    &create_verb, &set_verb,    &unset_verb,  &show_verb,   &list_verb,       &tree_verb,  &run_verb,
    &move_verb,   &freeze_verb, &thaw_verb,   &kill_verb,   &remove_verb,     &apply_verb, &history_verb,
    &undo_verb,   &watch_verb,  &doctor_verb, &reload_verb, &completion_verb, &help_verb};

constexpr std::array global = {
    Option{"user", '\0', "", "the user's own cgroupd (default, except for root)"},
    Option{"system", '\0', "", "the system's cgroupd (default for root)"},
    Option{"host", 'H', "USER@HOST", "run cgctl there, over ssh"},
    Option{"bus", '\0', "ADDRESS", "the bus at this D-Bus address"},
    Option{"json", '\0', "", "answer in JSON"},
    Option{"quiet", 'q', "", "say only what was asked for, and errors"},
    Option{"help", 'h', "", "this text"},
    Option{"version", '\0', "", "cgctl's version"},
};

constexpr Option set_any = {"set", '\0', "FILE=VALUE", "any limit by its interface file, as in memory.max=512M"};

}  // namespace

std::span<const Verb* const> all_verbs() {
  return verb_table;
}

const Verb* find_verb(std::string_view name) {
  const auto* const at = std::ranges::find(verb_table, name, &Verb::name);
  return at == verb_table.end() ? nullptr : *at;
}

std::span<const Option> global_options() {
  return global;
}

const Option& set_any_option() {
  return set_any;
}

}  // namespace cgroupd::client
