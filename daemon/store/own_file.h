// A file of the daemon's own, written in whole texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "model/result.h"

namespace cgroupd {

/// Mode 0600. Nothing waits for the disk: what only dies with the daemon is in the page cache. Errors name the file; a
/// full disk is limit_exceeded.
class OwnFile {
 public:
  /// Opens `path`, and makes it when it is not there.
  static Result<OwnFile> open(std::string path);
  ~OwnFile();
  OwnFile(OwnFile&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;
  OwnFile& operator=(OwnFile&& other) noexcept;

  /// All of `text`, `offset` bytes from the beginning. After an error some of it may be there.
  Result<void> put(std::string_view text, std::size_t offset) const;
  /// Cuts it to `bytes`.
  Result<void> cut(std::size_t bytes) const;
  /// From its beginning, at most 16 MiB.
  Result<std::string> whole() const;

  /// Whether somebody has removed it: what is put then is nowhere.
  bool is_gone() const;

  const std::string& path() const { return path_; }

 private:
  OwnFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  tl::unexpected<Error> error(int error, std::string_view doing) const;

  std::string path_;
  int fd_;
};

}  // namespace cgroupd
