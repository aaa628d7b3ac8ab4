// cgctl reload: the daemon reads its configuration again.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array<std::string_view, 1> reload_examples = {"cgctl reload"};

// The daemon lists every fault of its files, one a line.
void tell_line_by_line(Output& output, const Error& error) {
  std::string_view rest = error.message;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const bool is_last = end + 1 >= rest.size();
    output.error({.code = error.code, .message = std::string(rest.substr(0, end)), .hint = is_last ? error.hint : ""});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

Result<int> reload_act(Session& session) {
  auto steps = session.manager.reload();
  if (!steps) {
    tell_line_by_line(session.output, steps.error());
    return exit_status_of(steps.error());
  }
  report_applied(session, {.changed = {}, .steps = *std::move(steps)}, false);
  return exit_done;
}

}  // namespace

const Verb reload_verb = {.name = "reload",
                          .summary = "let the daemon read cgroupd.conf and cgroups.d again",
                          .usage = "",
                          .about = "With a mistake in any of the files nothing changes, and all of them are told.",
                          .words = Words::none,
                          .takes_limits = false,
                          .needs_limits = false,
                          .options = {},
                          .examples = reload_examples,
                          .act = reload_act};

}  // namespace cgroupd::client
