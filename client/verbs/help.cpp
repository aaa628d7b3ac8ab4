// cgctl help: the same as --help.
#include "client/help.h"

#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 1> help_examples = {"cgctl help set"};

Result<int> help_act(Session& session) {
  const Verb* const topic = session.line.topic;
  session.output.result(topic == nullptr ? help_of_cgctl() : help_of_verb(*topic));
  return exit_done;
}

}  // namespace

const Verb help_verb = {.name = "help",
                        .summary = "what a verb does and which flags it takes",
                        .usage = "[VERB]",
                        .about = "",
                        .words = Words::verb,
                        .takes_limits = false,
                        .needs_limits = false,
                        .options = {},
                        .examples = help_examples,
                        .act = help_act};

}  // namespace cgroupd::client
