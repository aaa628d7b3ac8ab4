// Who may ask, and under which cover: what the HTTP server wants to know of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cgroupd {

/// What a TLS listener needs, in PEM; priorities are GnuTLS's ("NORMAL:-VERS-ALL:+VERS-TLS1.3").
struct TlsSettings {
  std::string certificate;
  std::string key;
  std::string priorities;
  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

enum class Access {
  granted,
  denied,  ///< 401
  later,   ///< too much to check at once: 503, come back
};

/// Belongs to the server's thread.
class HttpSecurity {
 public:
  HttpSecurity() = default;
  HttpSecurity(const HttpSecurity&) = delete;
  HttpSecurity& operator=(const HttpSecurity&) = delete;
  HttpSecurity(HttpSecurity&&) = delete;
  HttpSecurity& operator=(HttpSecurity&&) = delete;
  virtual ~HttpSecurity() = default;

  /// Looks whether the settings have changed, before anything of a new turn is looked at. Cheap when they have not.
  virtual void begin_turn() = 0;
  /// None: plain HTTP.
  virtual const std::optional<TlsSettings>& tls() const = 0;
  /// `authorization`: the header's value, empty when there is none.
  virtual Access access(std::string_view authorization) = 0;
  /// Added to every answer.
  virtual const std::vector<std::pair<std::string, std::string>>& headers() const = 0;
};

}  // namespace cgroupd
