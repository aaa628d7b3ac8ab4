// Building the ssh command line, safe from the remote shell.
#include "client/ssh.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace cgroupd::client {
namespace {

// ssh joins its arguments with blanks and hands them to a shell.
std::string quoted_for_shell(std::string_view word) {
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

bool is_host(std::string_view host) {
  // A leading '-' would be an option of ssh.
  return !host.empty() && host.front() != '-' &&
         std::ranges::all_of(host, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

}  // namespace

Result<std::vector<std::string>> ssh_command(const Tokens& tokens, std::string_view host, bool has_terminal) {
  if (!is_host(host)) {
    return fail(ErrorCode::invalid_argument, "--host '" + std::string(host) + "' is not a host",
                "write it as in --host dev@server");
  }
  std::vector<std::string> words = {"cgctl"};
  if (tokens.verb != nullptr) words.emplace_back(tokens.verb->name);
  for (const auto& token : tokens.tokens) {
    if (token.option != nullptr && token.option->name == "host") continue;
    words.push_back(token.said + (token.value ? "=" + *token.value : ""));
  }
  if (!tokens.command.empty()) {
    words.emplace_back("--");
    words.insert(words.end(), tokens.command.begin(), tokens.command.end());
  }
  const bool interactive = has_terminal && tokens.verb != nullptr && tokens.verb->words == Words::name_and_command;
  std::vector<std::string> command = {"ssh", interactive ? "-t" : "-T", "--", std::string(host)};
  for (const auto& word : words) command.push_back(quoted_for_shell(word));
  return command;
}

Error become(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv.front(), argv.data());
  const int error = errno;
  return {.code = ErrorCode::unreachable,
          .message = "cannot run " + command.front() + ": " + std::strerror(error),
          .hint = error == ENOENT ? "apt-get install openssh-client" : "",
          .errno_value = error};
}

}  // namespace cgroupd::client
