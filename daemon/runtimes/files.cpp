// stat(2), read(2), readdir(3).
#include "runtimes/files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cgroupd {
namespace {

constexpr std::int64_t nanoseconds = 1'000'000'000;

std::int64_t in_nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * nanoseconds + time.tv_nsec;
}

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile(OpenFile&&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::optional<FileState> state_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t modified = in_nanoseconds(status.st_mtim);
  return FileState{.device = status.st_dev,
                   .inode = status.st_ino,
                   .modified_ns = modified,
                   .size = status.st_size,
                   .is_settled = in_nanoseconds(now) - modified > nanoseconds};
}

std::optional<std::string> read_file(const std::string& path, std::size_t most) {
  const OpenFile file(path);
  struct stat status {};
  // A pipe in its place must not keep us waiting.
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || (!S_ISREG(status.st_mode))) return std::nullopt;
  std::string text;
  std::array<char, 16384> part;  // NOLINT(cppcoreguidelines-pro-type-member-init): read fills what is used
  while (true) {
    const ssize_t got = ::read(file.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > most) return std::nullopt;
  }
}

std::vector<std::string> names_in(const std::string& directory, std::size_t most) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (!stream) return names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name.starts_with('.')) continue;
    if (names.size() == most) break;
    names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace cgroupd
