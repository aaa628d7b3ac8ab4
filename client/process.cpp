// pidfds and /proc/PID/cgroup.
#include "client/process.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cgroupd::client {

Result<Descriptor> open_pidfd(pid_t pid) {
  // By number: <sys/pidfd.h> of glibc 2.36 does not declare it for C++ (no extern "C").
  Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd) return pidfd;
  const int error = errno;
  const std::string who = "process " + std::to_string(pid);
  if (error == ESRCH) return fail(ErrorCode::not_found, "no " + who, "ps -e lists them", error);
  // EINVAL is what a thread's id gives (pidfd_open(2)).
  if (error == EINVAL)
    return fail(ErrorCode::not_found, who + " is a thread", "name its process: ps -eLo pid,tid", error);
  return fail(ErrorCode::failed, who + ": pidfd_open: " + std::strerror(error), {}, error);
}

Result<void> put_into(const Descriptor& directory, pid_t pid) {
  const Descriptor procs(::openat(directory.get(), "cgroup.procs", O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  const std::string text = std::to_string(pid);
  if (procs && ::write(procs.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return {};
  const int error = errno;
  return fail(ErrorCode::failed, "cannot write " + text + " to cgroup.procs: " + std::strerror(error), {}, error);
}

std::string cgroup_of_process(pid_t pid) {
  const Descriptor file(::open(("/proc/" + std::to_string(pid) + "/cgroup").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t length = 0;
  while ((length = ::read(file.get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(length));
  }
  // Version 2 is the line without a controller list (cgroups(7)); on a hybrid host others stand before it.
  constexpr std::string_view mark = "0::";
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    if (line.starts_with(mark)) return line.substr(mark.size());
    begin = end + 1;
  }
  return {};
}

}  // namespace cgroupd::client
