// cgctl completion: a script for the shell.
#include "client/completion.h"

#include <array>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 1> completion_examples = {"cgctl completion bash"};

Result<int> completion_act(Session& session) {
  session.output.result(bash_completion());
  return exit_done;
}

}  // namespace

const Verb completion_verb = {.name = "completion",
                              .summary = "completion for the shell",
                              .usage = "bash",
                              .about = "For this shell only: source <(cgctl completion bash). Packages install it.",
                              .words = Words::shell,
                              .takes_limits = false,
                              .needs_limits = false,
                              .options = {},
                              .examples = completion_examples,
                              .act = completion_act};

}  // namespace cgroupd::client
