// Parsing and printing of listener addresses.
#include "config/listen_address.h"

#include <utility>

#include <arpa/inet.h>

#include "model/quantity.h"

namespace cgroupd {
namespace {

bool is_numeric_address(int family, const std::string& host) {
  in6_addr either = {};
  return inet_pton(family, host.c_str(), &either) == 1;
}

}  // namespace

std::string ListenAddress::text() const {
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::invalid_argument, "'" + std::string(text) + "' is not an address to listen on: " + why,
                "write 127.0.0.1:9753, [::1]:9753 or none");
  };
  const std::size_t colon = text.rfind(':');
  const std::string_view port_text = colon == std::string_view::npos ? text : text.substr(colon + 1);
  std::string_view host = colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);

  const Result<std::uint64_t> port = parse_count(port_text, 0, UINT16_MAX);
  if (!port) return refuse("the port is '" + std::string(port_text) + "'");
  ListenAddress address;
  address.port = static_cast<std::uint16_t>(*port);
  if (host.empty() || host == "localhost") return address;

  address.is_ipv6 = host.starts_with('[') && host.ends_with(']');
  if (address.is_ipv6) host = host.substr(1, host.size() - 2);
  address.host = std::string(host);
  if (!is_numeric_address(address.is_ipv6 ? AF_INET6 : AF_INET, address.host)) {
    if (is_numeric_address(AF_INET6, address.host)) return refuse("an IPv6 address stands in brackets");
    return refuse("'" + address.host + "' is not a numeric address");
  }
  return address;
}

}  // namespace cgroupd
