// One watch a directory.
#include "runtimes/directory_watch.h"

#include <array>
#include <set>

#include <sys/inotify.h>
#include <unistd.h>

namespace cgroupd {
namespace {

// Runtimes write a new file beside the old one and rename it.
constexpr std::uint32_t changes =
    IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_ONLYDIR | IN_DONT_FOLLOW;

}  // namespace

DirectoryWatch::DirectoryWatch() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

DirectoryWatch::~DirectoryWatch() {
  if (fd_ >= 0) ::close(fd_);
}

void DirectoryWatch::watch(const std::vector<std::string>& directories) {
  if (fd_ < 0) return;
  // Added every time: a directory that was removed and made again is another one, and adding one twice is no harm.
  std::map<std::string, int> watched;
  std::set<int> used;
  for (const std::string& directory : directories) {
    const int watch = ::inotify_add_watch(fd_, directory.c_str(), changes);
    if (watch < 0) continue;
    watched.emplace(directory, watch);
    used.insert(watch);
  }
  for (const auto& [directory, watch] : watched_) {
    if (!used.contains(watch)) ::inotify_rm_watch(fd_, watch);
  }
  watched_ = std::move(watched);
}

void DirectoryWatch::take() const {
  std::array<char, 16384> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): nobody looks into it
  constexpr int most_reads = 64;
  for (int i = 0; i<most_reads&& ::read(fd_, buffer.data(), buffer.size())> 0;) ++i;
}

}  // namespace cgroupd
