// Who listens on which TCP port, as /proc/net/tcp shows it to everybody (proc(5)).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace cgroupd::client {

struct TcpListener {
  std::string address;  ///< "127.0.0.1:9753", "[::1]:9753"
  std::uint16_t port = 0;
  uid_t uid = 0;
  std::string inode;
};

/// `text` is /proc/net/tcp, or /proc/net/tcp6 when `ipv6`.
std::vector<TcpListener> tcp_listeners(std::string_view text, bool ipv6);

}  // namespace cgroupd::client
