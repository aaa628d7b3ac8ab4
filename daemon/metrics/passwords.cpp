// crypt(3) does the work.
#include "metrics/passwords.h"

#include <cstdint>
#include <memory>

#include <crypt.h>

namespace cgroupd {
namespace {

constexpr std::size_t most_remembered = 64;

int digit_of(char c) {
  constexpr int lower = 26;
  constexpr int numbers = 52;
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + lower;
  if (c >= '0' && c <= '9') return c - '0' + numbers;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

std::optional<std::string> decoded_base64(std::string_view text) {
  constexpr unsigned bits_a_digit = 6;
  constexpr unsigned bits_a_byte = 8;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0) return std::nullopt;
    held = (held << bits_a_digit) | static_cast<std::uint32_t>(digit);
    bits += bits_a_digit;
    if (bits < bits_a_byte) continue;
    bits -= bits_a_byte;
    out += static_cast<char>((held >> bits) & 0xffU);
  }
  return out;
}

// Takes the same time wherever the texts differ.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

void remember(std::set<std::string, std::less<>>& headers, std::string_view header) {
  if (headers.size() >= most_remembered) headers.clear();
  headers.emplace(header);
}

}  // namespace

std::optional<std::pair<std::string, std::string>> read_basic_authorization(std::string_view header) {
  constexpr std::string_view scheme = "basic ";
  if (header.size() < scheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = header[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i]) return std::nullopt;
  }
  const auto text = decoded_base64(header.substr(scheme.size()));
  if (!text) return std::nullopt;
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(text->substr(0, colon), text->substr(colon + 1));
}

Access Passwords::check(std::string_view header) {
  if (users_.empty() || granted_.contains(header)) return Access::granted;
  if (header.empty() || denied_.contains(header)) return Access::denied;
  const auto told = read_basic_authorization(header);
  if (!told) return Access::denied;
  if (checked_in_this_turn_) return Access::later;
  checked_in_this_turn_ = true;
  const bool ok = matches(told->first, told->second);
  remember(ok ? granted_ : denied_, header);
  return ok ? Access::granted : Access::denied;
}

bool Passwords::matches(const std::string& user, const std::string& password) const {
  const auto at = users_.find(user);
  // An unknown user is checked against somebody's hash, too: the time taken must not tell who is known.
  const std::string& hash = at == users_.end() ? users_.begin()->second : at->second;
  const auto data = std::make_unique<crypt_data>();
  const char* const made = crypt_r(password.c_str(), hash.c_str(), data.get());
  return made != nullptr && equal_in_constant_time(made, hash) && at != users_.end() &&
         password.find('\0') == std::string::npos;
}

}  // namespace cgroupd
