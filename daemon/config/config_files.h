// Reads configuration files from disk: the only place of this layer that does.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_fault.h"

namespace cgroupd {

struct ConfigFile {
  std::string path;
  std::string text;
};

/// In the order in which they apply: a later file wins, key by key.
struct ConfigFiles {
  std::vector<ConfigFile> files;
  ConfigFaults faults;
};

inline constexpr std::size_t max_config_file_bytes = std::size_t{1} << 20U;
inline constexpr std::size_t max_config_drop_ins = 1000;

enum class IfMissing {
  fine,   ///< the default place: defaults apply
  fault,  ///< the user named this file
};

/// Reads `main_file` ("…/cgroupd.conf") and then its drop-ins "…/cgroupd.conf.d/*.conf", sorted by name (bytes); names
/// that begin with a dot are left out. A directory without drop-ins is fine; what is there and cannot be read, is not a
/// regular file or is larger than max_config_file_bytes is a fault. Never blocks on a FIFO.
ConfigFiles read_config_files(const std::string& main_file, IfMissing if_missing);

/// Where the declarative files are that belong to `main_file`: "…/cgroups.d" beside "…/cgroupd.conf".
std::string cgroups_directory(const std::string& main_file);

/// Reads "DIRECTORY/*.conf" as read_config_files() reads drop-ins.
ConfigFiles read_config_directory(const std::string& directory, IfMissing if_missing);

/// Reads what a user named: every *.conf of a directory (none is a fault), or a file, which may also be a pipe: then it
/// is waited for.
ConfigFiles read_named_config(const std::string& path);

/// Reads an open stream to its end, waiting for it; `name` is for messages.
ConfigFiles read_config_stream(int stream, const std::string& name);

/// The user's cgroupd.conf after the XDG base directory rules: a relative XDG_CONFIG_HOME counts as unset. Both
/// parameters are the environment variables' values, if set. None when neither leads to an absolute path.
std::optional<std::string> user_config_file(std::optional<std::string_view> xdg_config_home,
                                            std::optional<std::string_view> home);

}  // namespace cgroupd
