// Looking at /proc.
#include "cgroupfs/processes.h"

#include <array>
#include <charconv>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"

namespace cgroupd {
namespace {

std::string read_small(const std::string& path) {
  constexpr std::size_t enough = 1024;
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, enough> buffer{};
  const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
  return got <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
}

}  // namespace

std::string process_label(pid_t pid) {
  std::string name = read_small("/proc/" + std::to_string(pid) + "/comm");
  while (!name.empty() && name.back() == '\n') name.pop_back();
  for (char& c : name) {
    if (static_cast<unsigned char>(c) < ' ') c = '?';
  }
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
