// Opening within a directory and nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cgroupd {

/// No file of a cgroup is read beyond this many bytes.
constexpr std::size_t largest_file = std::size_t{1} << 20U;

/// Opens `path` below `directory` with the O_ flags `flags` and O_CLOEXEC: no "..", symlink, magic link or other mount
/// leads out. Answers the descriptor, which the caller closes, or -1 with errno. (openat2(2), Linux 5.6)
int open_beneath(int directory, const char* path, std::uint64_t flags);

}  // namespace cgroupd
