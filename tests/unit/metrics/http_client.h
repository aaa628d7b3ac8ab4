// A client that can be as slow, half-finished or wrong as a test wants.
#pragma once

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"

namespace cgroupd {

/// A connection to "http://127.0.0.1:PORT" or "unix:PATH", as Listener::address() writes them. Reads give up after 20
/// s.
class HttpClient {
 public:
  explicit HttpClient(const std::string& address) {
    constexpr std::string_view unix_prefix = "unix:";
    constexpr std::string_view http_prefix = "http://127.0.0.1:";
    if (address.starts_with(unix_prefix)) {
      sockaddr_un un = {};
      un.sun_family = AF_UNIX;
      std::strncpy(static_cast<char*>(un.sun_path), address.c_str() + unix_prefix.size(), sizeof(un.sun_path) - 1);
      connect_to(AF_UNIX, un);
    } else {
      sockaddr_in in = {};
      in.sin_family = AF_INET;
      in.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(http_prefix.size()))));
      in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      connect_to(AF_INET, in);
    }
    const timeval patience = {.tv_sec = 20, .tv_usec = 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }

  bool connected() const { return connected_; }
  void send(std::string_view text) const { ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL); }
  void close() { fd_.reset(); }
  /// What comes until the server closes.
  std::string rest() const {
    std::string all;
    std::array<char, 65536> part = {};
    while (true) {
      const ssize_t got = recv(fd_.get(), part.data(), part.size(), 0);
      if (got <= 0) return all;
      all.append(part.data(), static_cast<std::size_t>(got));
    }
  }
  /// One request, the whole answer with its head; the connection ends.
  std::string ask(std::string_view method, std::string_view path) const {
    send(std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return rest();
  }

 private:
  template <typename Address>
  void connect_to(int family, const Address& address) {
    fd_ = FileDescriptor(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    connected_ = connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }

  FileDescriptor fd_;
  bool connected_ = false;
};

inline std::string http_get(const std::string& address, std::string_view path) {
  return HttpClient(address).ask("GET", path);
}

inline std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

}  // namespace cgroupd
