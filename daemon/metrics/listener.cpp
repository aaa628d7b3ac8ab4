// Binding, and what to say when that fails.
#include "metrics/listener.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace cgroupd {
namespace {

constexpr int backlog = SOMAXCONN;  // a burst waits here, not in SYN retries of a second each
constexpr mode_t owner_only = 0600;
constexpr mode_t owner_directory = 0700;

tl::unexpected<Error> cannot(const std::string& what, int error, std::string hint = {}) {
  return fail(error == EACCES || error == EPERM ? ErrorCode::not_authorized : ErrorCode::failed,
              "cannot " + what + ": " + std::generic_category().message(error), std::move(hint), error);
}

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t length = sizeof(sockaddr_storage);
  // The socket calls are written for this cast.
  sockaddr* generic() {
    return reinterpret_cast<sockaddr*>(&storage);
  }  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  template <typename T>
  T as() const {
    T specific = {};
    std::memcpy(&specific, &storage, sizeof(specific));
    return specific;
  }
  template <typename T>
  void set(const T& specific) {
    std::memcpy(&storage, &specific, sizeof(specific));
    length = sizeof(specific);
  }
};

SocketAddress inet_address(const ListenAddress& address) {
  SocketAddress out;
  if (address.is_ipv6) {
    sockaddr_in6 in6 = {};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(address.port);
    inet_pton(AF_INET6, address.host.c_str(), &in6.sin6_addr);
    out.set(in6);
  } else {
    sockaddr_in in = {};
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port);
    inet_pton(AF_INET, address.host.c_str(), &in.sin_addr);
    out.set(in);
  }
  return out;
}

Result<SocketAddress> unix_address(const std::string& path) {
  sockaddr_un un = {};
  un.sun_family = AF_UNIX;
  if (path.size() >= sizeof(un.sun_path)) {
    return fail(ErrorCode::out_of_range, "cannot listen on " + path + ": the path is longer than a socket's can be");
  }
  std::memcpy(static_cast<char*>(un.sun_path), path.c_str(), path.size() + 1);
  SocketAddress out;
  out.set(un);
  return out;
}

FileDescriptor stream_socket(int family) {
  return FileDescriptor(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// Makes way for our socket file; an error when what is there must stay.
Result<void> clear_path(const std::string& path, SocketAddress& address) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? Result<void>() : cannot("look at " + path, errno);
  }
  if (!S_ISSOCK(status.st_mode))
    return fail(ErrorCode::already_exists, "cannot listen on " + path + ": there is a file that is no socket");
  const FileDescriptor probe = stream_socket(AF_UNIX);
  if (!probe) return cannot("make a socket", errno);
  const bool nobody_there = connect(probe.get(), address.generic(), address.length) != 0 && errno == ECONNREFUSED;
  if (!nobody_there) return fail(ErrorCode::busy, "cannot listen on " + path + ": somebody listens there already");
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return cannot("replace " + path, errno);
  return {};
}

}  // namespace

Listener::Listener(Listener&& other) noexcept
    : fd_(std::move(other.fd_)), address_(std::move(other.address_)), file_(std::exchange(other.file_, std::nullopt)) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  remove_file();
  fd_ = std::move(other.fd_);
  address_ = std::move(other.address_);
  file_ = std::exchange(other.file_, std::nullopt);
  return *this;
}

void Listener::remove_file() {
  if (!file_) return;
  struct stat status = {};
  const bool same =
      lstat(file_->path.c_str(), &status) == 0 && status.st_dev == file_->device && status.st_ino == file_->inode;
  if (same) unlink(file_->path.c_str());
  file_.reset();
}

Result<Listener> Listener::tcp(const ListenAddress& address) {
  Listener listener(stream_socket(address.is_ipv6 ? AF_INET6 : AF_INET));
  const std::string what = "listen on " + address.text();
  if (!listener.fd_) return cannot(what, errno);
  const int on = 1;
  // Without it a restart within a minute finds its own port taken (TIME_WAIT).
  if (setsockopt(listener.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return cannot(what, errno);
  if (address.is_ipv6 && setsockopt(listener.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0)
    return cannot(what, errno);
  SocketAddress inet = inet_address(address);
  if (bind(listener.fd(), inet.generic(), inet.length) != 0 || listen(listener.fd(), backlog) != 0) {
    return cannot(
        what, errno,
        errno == EADDRINUSE ? "another user's cgroupd may have it: set listen = 127.0.0.1:0 in section [metrics]" : "");
  }
  if (Result<void> learnt = listener.learn_address(); !learnt) return fail(std::move(learnt.error()));
  return listener;
}

Result<Listener> Listener::unix_socket(const std::string& path) {
  const std::string what = "listen on " + path;
  Result<SocketAddress> address = unix_address(path);
  if (!address) return fail(std::move(address.error()));
  const std::string directory = path.substr(0, path.rfind('/'));
  if (mkdir(directory.c_str(), owner_directory) != 0 && errno != EEXIST)
    return cannot("make the directory " + directory, errno);
  if (Result<void> cleared = clear_path(path, *address); !cleared) return fail(std::move(cleared.error()));

  Listener listener(stream_socket(AF_UNIX));
  if (!listener.fd_) return cannot(what, errno);
  // bind(2) takes the file's mode from the socket, so it is never wider than this, whatever the umask.
  if (fchmod(listener.fd(), owner_only) != 0) return cannot(what, errno);
  if (bind(listener.fd(), address->generic(), address->length) != 0) return cannot(what, errno);
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) return cannot("look at " + path, errno);
  listener.file_ = File{.path = path, .device = status.st_dev, .inode = status.st_ino};
  if (listen(listener.fd(), backlog) != 0) return cannot(what, errno);
  listener.address_ = "unix:" + path;
  return listener;
}

Result<Listener> Listener::adopt(FileDescriptor fd) {
  Listener listener(std::move(fd));
  const std::string what = "use the listener handed over as descriptor " + std::to_string(listener.fd());
  int listening = 0;
  socklen_t length = sizeof(listening);
  if (getsockopt(listener.fd(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0) return cannot(what, errno);
  if (listening == 0) return fail(ErrorCode::invalid_argument, "cannot " + what + ": it does not listen");
  const int flags = fcntl(listener.fd(), F_GETFL);
  if (flags < 0 || fcntl(listener.fd(), F_SETFL, flags | O_NONBLOCK) != 0 ||
      fcntl(listener.fd(), F_SETFD, FD_CLOEXEC) != 0) {
    return cannot(what, errno);
  }
  if (Result<void> learnt = listener.learn_address(); !learnt) return fail(std::move(learnt.error()));
  return listener;
}

Result<void> Listener::learn_address() {
  SocketAddress bound;
  if (getsockname(fd(), bound.generic(), &bound.length) != 0) return cannot("learn the address of a listener", errno);
  std::array<char, INET6_ADDRSTRLEN> host = {};
  ListenAddress shown;
  switch (bound.storage.ss_family) {
    case AF_INET: {
      const auto in = bound.as<sockaddr_in>();
      inet_ntop(AF_INET, &in.sin_addr, host.data(), host.size());
      shown = ListenAddress{.host = host.data(), .port = ntohs(in.sin_port), .is_ipv6 = false};
      break;
    }
    case AF_INET6: {
      const auto in6 = bound.as<sockaddr_in6>();
      inet_ntop(AF_INET6, &in6.sin6_addr, host.data(), host.size());
      shown = ListenAddress{.host = host.data(), .port = ntohs(in6.sin6_port), .is_ipv6 = true};
      break;
    }
    case AF_UNIX: {
      const auto un = bound.as<sockaddr_un>();
      address_ = std::string("unix:") + static_cast<const char*>(un.sun_path);
      return {};
    }
    default:
      return fail(ErrorCode::invalid_argument, "a listener handed over is neither TCP nor a unix socket");
  }
  address_ = "http://" + shown.text();
  return {};
}

}  // namespace cgroupd
