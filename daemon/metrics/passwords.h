// HTTP basic authentication against bcrypt hashes.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/http_security.h"

namespace cgroupd {

/// User and password of "Basic …" (RFC 7617); nothing when malformed.
std::optional<std::pair<std::string, std::string>> read_basic_authorization(std::string_view header);

/// bcrypt is slow on purpose (50 ms and more), and everybody waits meanwhile: what was checked is remembered, and only
/// one new password is checked a turn.
class Passwords {
 public:
  explicit Passwords(std::map<std::string, std::string> users = {}) : users_(std::move(users)) {}

  void begin_turn() { checked_in_this_turn_ = false; }
  /// Without any user, everybody may.
  Access check(std::string_view header);

 private:
  bool matches(const std::string& user, const std::string& password) const;

  std::map<std::string, std::string> users_;
  std::set<std::string, std::less<>> granted_;  // headers, at most most_remembered each
  std::set<std::string, std::less<>> denied_;
  bool checked_in_this_turn_ = false;
};

}  // namespace cgroupd
