// Small files and directories, as whoever asks may see them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/descriptor.h"

namespace cgroupd::client {

/// The whole text of a small file; nothing when it cannot be read.
std::optional<std::string> text_of_file(const std::string& path);

/// The same of a file in the directory; empty when it cannot be read.
std::string text_in(const Descriptor& directory, const std::string& file);

bool is_there(const std::string& path);

/// The environment variable; nothing when it is unset or empty.
std::optional<std::string> environment_of(const char* name);

/// The program's path, found as a shell finds it.
std::optional<std::string> program_path(const std::string& name);

}  // namespace cgroupd::client
