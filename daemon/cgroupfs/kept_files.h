// How many interface files scrapes may keep open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace cgroupd {

struct RoomForFiles {
  std::size_t descriptors = 0;             ///< the process may have open
  std::optional<std::uint64_t> own_bytes;  ///< the least bound of memory on the process's cgroup; none: not bounded
  std::uint64_t machine_bytes = 0;         ///< the machine's memory
};

/// What there is for this process, as it is now.
RoomForFiles room_for_files(std::size_t descriptors);

/// The number of RealTreeReader::open(). `wanted`: what the configuration says; none: all files there are, but no more
/// than take half of our own memory and an eighth of the machine's. Half of the descriptors are left to directories,
/// clients and the rest in any case.
std::size_t files_to_keep(std::optional<std::uint64_t> wanted, const RoomForFiles& room);

}  // namespace cgroupd
