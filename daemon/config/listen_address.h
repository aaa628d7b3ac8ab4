// Where a TCP listener is wanted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/result.h"

namespace cgroupd {

/// A numeric address and a port: no name is ever looked up.
struct ListenAddress {
  std::string host = "127.0.0.1";  ///< numeric, without brackets
  std::uint16_t port = 0;          ///< 0 lets the kernel pick a free one
  bool is_ipv6 = false;

  /// "127.0.0.1:9753", "[::1]:9753".
  std::string text() const;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// "127.0.0.1:9753", "[::1]:9753", "localhost:9753"; a port alone ("9753" or ":9753") means loopback, so that an
/// address other hosts can reach has to be written out. invalid_argument names the text and shows a right one.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace cgroupd
