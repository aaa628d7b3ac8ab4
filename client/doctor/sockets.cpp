// Lines of /proc/net/tcp: "0: 0100007F:2619 00000000:0000 0A … uid timeout inode …".
#include "client/doctor/sockets.h"

#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include <arpa/inet.h>

#include "cgroupfs/formats.h"

namespace cgroupd::client {
namespace {

template <typename T>
std::optional<T> number(std::string_view text, int base) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// Each group of eight digits is a 32-bit word as the host has it in memory.
std::optional<std::string> host_of(std::string_view hex, bool ipv6) {
  std::array<char, 16> bytes{};
  constexpr std::size_t word = 8;
  if (hex.size() != (ipv6 ? 4 * word : word)) return std::nullopt;
  for (std::size_t i = 0; i * word < hex.size(); ++i) {
    const auto value = number<std::uint32_t>(hex.substr(i * word, word), 16);
    if (!value) return std::nullopt;
    std::memcpy(bytes.data() + i * sizeof *value, &*value, sizeof *value);
  }
  std::array<char, INET6_ADDRSTRLEN> shown{};
  if (::inet_ntop(ipv6 ? AF_INET6 : AF_INET, bytes.data(), shown.data(), shown.size()) == nullptr) return std::nullopt;
  return ipv6 ? "[" + std::string(shown.data()) + "]" : std::string(shown.data());
}

}  // namespace

std::vector<TcpListener> tcp_listeners(std::string_view text, bool ipv6) {
  std::vector<TcpListener> found;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto fields = words(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    constexpr std::size_t least = 10;
    if (fields.size() < least || fields[3] != "0A") continue;
    const auto colon = fields[1].find(':');
    if (colon == std::string_view::npos) continue;
    const auto host = host_of(fields[1].substr(0, colon), ipv6);
    const auto port = number<std::uint16_t>(fields[1].substr(colon + 1), 16);
    const auto uid = number<uid_t>(fields[7], 10);
    if (!host || !port || !uid) continue;
    found.push_back(
        {.address = *host + ":" + std::to_string(*port), .port = *port, .uid = *uid, .inode = std::string(fields[9])});
  }
  return found;
}

}  // namespace cgroupd::client
