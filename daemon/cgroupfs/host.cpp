// sysconf(3) and sysinfo(2).
#include "cgroupfs/host.h"

#include <sys/sysinfo.h>
#include <unistd.h>

namespace cgroupd {

std::uint64_t host_memory_bytes() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t host_free_swap_bytes() {
  struct sysinfo info {};
  return ::sysinfo(&info) == 0 ? std::uint64_t{info.freeswap} * info.mem_unit : 0;
}

std::uint64_t host_cpus() { return static_cast<std::uint64_t>(::sysconf(_SC_NPROCESSORS_ONLN)); }

}  // namespace cgroupd
