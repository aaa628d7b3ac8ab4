// The same cgctl on another host.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/tokens.h"
#include "model/result.h"

namespace cgroupd::client {

/// The command that runs what `tokens` say on `host`; invalid_argument when host is none.
/// Paths and limits are understood there: its devices are meant, not ours.
Result<std::vector<std::string>> ssh_command(const Tokens& tokens, std::string_view host, bool has_terminal);

/// Becomes that command; comes back only with the reason why it could not.
Error become(const std::vector<std::string>& command);

}  // namespace cgroupd::client
