// Files of runtimes: read whole, if they are files and not too big.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cgroupd {

/// Tells one state of a file or directory from another. A change within the same tick of the clock as the last one
/// cannot be told, so that a state younger than a second is not yet settled.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;
  std::int64_t size = 0;
  bool is_settled = false;

  bool is_same(const FileState& other) const {
    return is_settled && device == other.device && inode == other.inode && modified_ns == other.modified_ns &&
           size == other.size;
  }
};

/// Nothing when it cannot be looked at.
std::optional<FileState> state_of(const std::string& path);

/// Nothing when it cannot be opened, is no regular file, or has more than `most` bytes.
std::optional<std::string> read_file(const std::string& path, std::size_t most);

/// The names in a directory, but for those that begin with a dot, sorted; of more than `most`, any `most`.
std::vector<std::string> names_in(const std::string& directory, std::size_t most);

}  // namespace cgroupd
