// Descriptors are counted, and what a file costs the kernel is known.
#include "cgroupfs/kept_files.h"

#include <algorithm>

#include <unistd.h>

#include "cgroupfs/hierarchy.h"

namespace cgroupd {

RoomForFiles room_for_files(std::size_t descriptors) {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  return {.descriptors = descriptors,
          .own_bytes = own_memory_bound(),
          .machine_bytes = static_cast<std::uint64_t>(std::max(pages, 0L)) * static_cast<std::uint64_t>(page)};
}

std::size_t files_to_keep(std::optional<std::uint64_t> wanted, const RoomForFiles& room) {
  // seq_file's page, which stays until the file is closed, and the file itself (measured).
  constexpr std::uint64_t bytes_a_file = 5632;
  constexpr std::uint64_t of_our_own = 2;
  constexpr std::uint64_t of_the_machine = 8;
  std::uint64_t most = room.descriptors / 2;
  if (wanted) return std::min(*wanted, most);
  most = std::min(most, room.machine_bytes / of_the_machine / bytes_a_file);
  if (room.own_bytes) most = std::min(most, *room.own_bytes / of_our_own / bytes_a_file);
  return most;
}

}  // namespace cgroupd
