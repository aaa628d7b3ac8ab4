// Parse, dispatch, report.
#include "client/program.h"

#include <string_view>
#include <utility>

#include "client/exit_status.h"
#include "client/help.h"
#include "client/ssh.h"
#include "client/tokens.h"

namespace cgroupd::client {
namespace {

constexpr std::string_view version_text = "cgctl " CGROUPD_VERSION "\n";

}  // namespace

int run_program(std::span<const std::string> arguments, const Surroundings& world) {
  OutputStyle style = world.style;
  Output before(world.out, world.err, style);
  const auto refuse = [&](const Error& error) {
    before.error(error);
    return exit_usage;
  };
  const auto tokens = cut(arguments);
  if (!tokens) return refuse(tokens.error());
  if (const auto host = tokens->value_of("host")) {
    const auto command = ssh_command(*tokens, *host, world.has_terminal);
    if (!command) return refuse(command.error());
    const Error error = world.become(*command);
    before.error(error);
    return exit_status_of(error);
  }
  const auto line = read_command_line(*tokens, world.resolve_device);
  if (!line) return refuse(line.error());

  style.json = line->json;
  style.quiet = line->quiet;
  Output output(world.out, world.err, style);
  if (line->help) {
    output.result(line->verb == nullptr ? help_of_cgctl() : help_of_verb(*line->verb));
    return exit_done;
  }
  if (line->version) {
    output.result(version_text);
    return exit_done;
  }
  for (const auto& note : line->notes) output.note(note);
  const auto manager = world.connect(line->bus.value_or(world.is_root ? Bus::system : Bus::user));
  Session session = {.line = *line, .manager = *manager, .output = output, .machine = world.machine};
  const auto status = line->verb->act(session);
  if (status) return *status;
  output.error(status.error());
  return exit_status_of(status.error());
}

}  // namespace cgroupd::client
