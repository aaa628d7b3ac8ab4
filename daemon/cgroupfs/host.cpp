// sysconf(3), sysinfo(2) and uname(2).
#include "cgroupfs/host.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/formats.h"
#include "model/version.h"

namespace cgroupd {

std::uint64_t host_memory_bytes() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t host_free_swap_bytes() {
  struct sysinfo info {};
  return ::sysinfo(&info) == 0 ? std::uint64_t{info.freeswap} * info.mem_unit : 0;
}

bool is_root_of_the_machine() {
  if (::geteuid() != 0) return false;
  const FileDescriptor fd(::open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC));
  std::array<char, 256> buffer{};
  const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
  if (got <= 0) return true;
  const auto map = words({buffer.data(), static_cast<std::size_t>(got)});  // inside outside count
  return map.size() < 2 || map[0] != "0" || map[1] == "0";
}

Result<std::string> boot_id() {
  constexpr const char* file = "/proc/sys/kernel/random/boot_id";
  const FileDescriptor fd(::open(file, O_RDONLY | O_CLOEXEC));
  std::array<char, 64> buffer{};
  const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
  const int error = errno;
  const auto found = words({buffer.data(), static_cast<std::size_t>(got < 0 ? 0 : got)});
  if (!found.empty()) return std::string(found.front());
  return fail(ErrorCode::failed,
              "cannot read " + std::string(file) + ": " + (got < 0 ? std::strerror(error) : "it is empty") +
                  "; it tells which boot limits were stated in",
              "let us see all of /proc (in a unit: no ProcSubset=pid)", got < 0 ? error : 0);
}

bool runs_linux(std::string_view version) {
  utsname system = {};
  return ::uname(&system) == 0 && version_of(system.release) >= version_of(version);
}

std::uint64_t host_cpus() {
  return static_cast<std::uint64_t>(::sysconf(_SC_NPROCESSORS_ONLN));
}

}  // namespace cgroupd
