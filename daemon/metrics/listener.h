// Listening sockets: TCP, unix, or handed over.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <sys/types.h>

#include "cgroupfs/file_descriptor.h"
#include "config/listen_address.h"
#include "model/result.h"

namespace cgroupd {

/// A bound, listening, non-blocking socket. The file of a unix socket made here is removed with the object, if it is
/// still the same file.
class Listener {
 public:
  /// SO_REUSEADDR; port 0 picks a free one, which address() tells. The error says which address is taken.
  static Result<Listener> tcp(const ListenAddress& address);

  /// Mode 0600; the directory is made (0700) when only it is missing. A socket file that nobody listens on any more is
  /// replaced; one that is in use, or a file that is no socket, is an error.
  static Result<Listener> unix_socket(const std::string& path);

  /// A listening stream socket from outside (systemd's socket activation). Its file, if any, is not ours to remove.
  static Result<Listener> adopt(FileDescriptor fd);

  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { remove_file(); }

  /// "http://127.0.0.1:9753", "unix:/run/user/1000/cgroupd/metrics.sock".
  const std::string& address() const { return address_; }
  bool is_unix() const { return address_.starts_with("unix:"); }
  int fd() const { return fd_.get(); }
  /// Gives the descriptor away; the file stays ours.
  int release_fd() { return fd_.release(); }

 private:
  struct File {
    std::string path;
    dev_t device;
    ino_t inode;
  };
  explicit Listener(FileDescriptor fd) : fd_(std::move(fd)) {}
  Result<void> learn_address();
  void remove_file();

  FileDescriptor fd_;
  std::string address_;
  std::optional<File> file_;
};

}  // namespace cgroupd
