// cgctl apply: declarative files made true.
#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "client/command_line.h"
#include "client/exit_status.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"
#include "client/verbs/wishes.h"
#include "config/config_files.h"
#include "config/declared_cgroups.h"

namespace cgroupd::client {
namespace {

constexpr std::string_view standard_input = "-";

constexpr std::array apply_options = {
    Option{"file", 'f', "FILE|DIR", "a file, all *.conf of a directory, or - for standard input; may be repeated"},
    Option{"plan", '\0', "", "show the exact steps in order, change nothing"},
    Option{"prune", '\0', "", "take away what was applied before and is in none of these files"},
    Option{"within", '\0', "TIME", "how long lowering memory may take (default 10s)"},
    Option{"force", '\0', "", "lower memory at once, even if processes are killed for it"},
    on_missing_option,
};
constexpr std::array<std::string_view, 3> apply_examples = {
    "cgctl apply -f web.conf",
    "cgctl apply -f cgroups.d --plan",
    "cgctl apply -f base.conf -f here.conf --prune",
};

Result<void> apply_check(const CommandLine& line) {
  if (line.files.empty()) {
    return fail(ErrorCode::invalid_argument, "apply needs a file", "as in " + std::string(apply_examples.front()));
  }
  if (std::ranges::find(line.files, std::string()) != line.files.end()) {
    return fail(ErrorCode::invalid_argument, "--file has an empty name",
                "as in " + std::string(apply_examples.front()));
  }
  if (std::ranges::count(line.files, standard_input) > 1) {
    return fail(ErrorCode::invalid_argument, "standard input can be read once only", "write -f - once");
  }
  return check_lowering(line);
}

ConfigFiles read_all(const Session& session) {
  ConfigFiles all;
  for (const auto& named : session.line.files) {
    auto some = named == standard_input ? read_config_stream(session.machine.input, "standard input")
                                        : read_named_config(named);
    std::ranges::move(some.files, std::back_inserter(all.files));
    std::ranges::move(some.faults, std::back_inserter(all.faults));
  }
  return all;
}

Result<int> apply_act(Session& session) {
  const auto& line = session.line;
  const auto declared = parse_declared_cgroups(read_all(session));
  if (!declared) {
    for (const auto& line_of_fault : lines_of(declared.error())) {
      session.output.error({.code = ErrorCode::invalid_argument, .message = line_of_fault});
    }
    return exit_usage;
  }
  if (declared->empty() && line.has("prune")) {
    session.output.error(
        {.code = ErrorCode::invalid_argument,
         .message = "no [cgroup NAME] in " + line.files.front() + "; --prune would take everything away",
         .hint = "remove cgroups by name: cgctl remove NAME"});
    return exit_usage;
  }
  const bool plan = line.has("plan");
  auto applied = session.manager.apply(*declared, {.plan = plan,
                                                   .prune = line.has("prune"),
                                                   .force = line.has("force"),
                                                   .within = line.within,
                                                   .on_missing = line.on_missing});
  if (!applied) return fail(std::move(applied.error()));
  report_applied(session, *applied, plan);
  return exit_done;
}

}  // namespace

const Verb apply_verb = {
    .name = "apply",
    .summary = "make declarative files true, all of it or nothing",
    .usage = "-f FILE|DIR...",
    .about =
        "A file has a [cgroup NAME] section for each cgroup, with limits as in: memory = 512M (cgroups.d(5)).\n"
        "Cgroups that are missing are made; limits that are not named stay. With a mistake in any file\n"
        "nothing is sent. Applied again, there is nothing to do.",
    .words = Words::none,
    .takes_limits = false,
    .needs_limits = false,
    .options = apply_options,
    .examples = apply_examples,
    .act = apply_act,
    .check = apply_check};

}  // namespace cgroupd::client
