// sysconf(3).
#include "cgroupfs/host.h"

#include <unistd.h>

namespace cgroupd {

std::uint64_t host_memory_bytes() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t host_cpus() { return static_cast<std::uint64_t>(::sysconf(_SC_NPROCESSORS_ONLN)); }

}  // namespace cgroupd
