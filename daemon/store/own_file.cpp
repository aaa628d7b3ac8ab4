#include "store/own_file.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cgroupd {

Result<OwnFile> OwnFile::open(std::string path) {
  OwnFile file(std::move(path), -1);
  file.fd_ = ::open(file.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file.fd_ < 0) return file.error(errno, "open");
  return file;
}

OwnFile::~OwnFile() {
  if (fd_ >= 0) ::close(fd_);
}

OwnFile& OwnFile::operator=(OwnFile&& other) noexcept {
  path_.swap(other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

bool OwnFile::is_gone() const {
  struct stat status = {};
  return ::fstat(fd_, &status) < 0 || status.st_nlink == 0;
}

Result<void> OwnFile::put(std::string_view text, std::size_t offset) const {
  const ssize_t put = ::pwrite(fd_, text.data(), text.size(), static_cast<off_t>(offset));
  if (put == static_cast<ssize_t>(text.size())) return {};
  return error(put < 0 ? errno : ENOSPC, "write");
}

Result<void> OwnFile::cut(std::size_t bytes) const {
  if (::ftruncate(fd_, static_cast<off_t>(bytes)) < 0) return error(errno, "cut");
  return {};
}

Result<std::string> OwnFile::whole() const {
  constexpr std::size_t most = std::size_t{16} << 20U;
  std::string text;
  std::array<char, 4096> buffer{};
  while (text.size() < most) {
    const ssize_t got = ::pread(fd_, buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (got < 0) return error(errno, "read");
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

tl::unexpected<Error> OwnFile::error(int error, std::string_view doing) const {
  return fail(error == ENOSPC || error == EDQUOT ? ErrorCode::limit_exceeded : ErrorCode::failed,
              "cannot " + std::string(doing) + " " + path_ + ": " + std::strerror(error),
              "make room on the disk that holds it, or mend its owner and mode", error);
}

}  // namespace cgroupd
