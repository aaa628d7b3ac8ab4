// What users of docker, podman and systemctl type.
#pragma once

#include <string>
#include <string_view>

#include "model/error.h"

namespace cgroupd::client {

/// What to write instead of another program's flag, given without its dashes; empty when it is nobody's.
std::string_view advice_on_foreign_flag(std::string_view name);

/// Says which verb is meant when another program has it, or when one of ours is near.
Error unknown_verb(std::string_view said);

}  // namespace cgroupd::client
