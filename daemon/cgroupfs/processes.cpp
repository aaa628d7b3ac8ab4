// Looking at /proc.
#include "cgroupfs/processes.h"

#include <array>
#include <charconv>
#include <ctime>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/formats.h"

namespace cgroupd {
namespace {

std::string read_small(const std::string& path) {
  constexpr std::size_t enough = 1024;
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, enough> buffer{};
  const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
  return got <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

std::string process_command(pid_t pid) {
  std::string name = read_small("/proc/" + std::to_string(pid) + "/comm");
  while (!name.empty() && name.back() == '\n') name.pop_back();
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < ' ') c = '?';
  }
  return name;
}

std::string process_label(pid_t pid) {
  const std::string name = process_command(pid);
  return name.empty() ? std::to_string(pid) : std::to_string(pid) + " (" + name + ")";
}

std::string process_labels(std::span<const pid_t> pids) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < pids.size() && i < shown; ++i) {
    if (i > 0) text += ", ";
    text += process_label(pids[i]);
  }
  if (pids.size() > shown) text += " and " + std::to_string(pids.size() - shown) + " more";
  return text;
}

std::vector<Process> processes_of(std::uint32_t uid, std::size_t most) {
  std::vector<Process> found;
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const auto ticks_a_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  const std::uint64_t now_ms =
      static_cast<std::uint64_t>(now.tv_sec) * 1000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir("/proc"));
  if (!directory) return found;
  while (const dirent* const entry = ::readdir(directory.get())) {
    if (found.size() >= most) break;
    const std::string_view name(static_cast<const char*>(entry->d_name));
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    struct stat status {};
    if (::fstatat(::dirfd(directory.get()), entry->d_name, &status, 0) < 0 || status.st_uid != uid) continue;
    // proc_pid_stat(5): the name stands in parentheses and may hold anything; what follows is numbers.
    const std::string text = read_small("/proc/" + std::string(name) + "/stat");
    const auto close = text.rfind(')');
    if (close == std::string::npos) continue;
    constexpr std::size_t tty_field = 4;
    constexpr std::size_t start_field = 19;
    const auto fields = words(std::string_view(text).substr(close + 1));
    if (fields.size() <= start_field) continue;
    std::uint64_t start = 0;
    std::from_chars(fields[start_field].data(), fields[start_field].data() + fields[start_field].size(), start);
    const std::uint64_t start_ms = start * 1000 / ticks_a_second;
    found.push_back({.pid = pid,
                     .command = process_command(pid),
                     .age = std::chrono::milliseconds(now_ms > start_ms ? now_ms - start_ms : 0),
                     .has_terminal = fields[tty_field] != "0"});
  }
  return found;
}

std::string unit_of_process(pid_t pid) {
  const std::string text = read_small("/proc/" + std::to_string(pid) + "/cgroup");
  const auto line = text.find("0::/");
  if (line == std::string::npos) return {};
  std::string_view path = std::string_view(text).substr(line + 3);
  path = path.substr(0, path.find('\n'));
  while (!path.empty()) {
    const auto slash = path.rfind('/');
    const auto component = path.substr(slash + 1);
    if (component.ends_with(".service") || component.ends_with(".scope")) return std::string(component);
    path = path.substr(0, slash);
  }
  return {};
}

FileDescriptor open_pidfd(pid_t pid) {
  return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

Result<pid_t> process_of_pidfd(int pidfd) {
  const std::string text = read_small("/proc/self/fdinfo/" + std::to_string(pidfd));
  constexpr std::string_view key = "\nPid:\t";
  const auto at = text.find(key);
  if (at == std::string::npos) return fail(ErrorCode::invalid_argument, "a descriptor that is no pidfd was given");
  pid_t pid = 0;
  const char* const begin = text.data() + at + key.size();
  std::from_chars(begin, text.data() + text.size(), pid);
  if (pid <= 0) return fail(ErrorCode::not_found, "the process has ended, or is in another pid namespace");
  return pid;
}

}  // namespace cgroupd
