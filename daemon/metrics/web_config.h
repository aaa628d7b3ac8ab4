// The web configuration file in the form that Prometheus and its exporters share (exporter-toolkit, web-configuration).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/result.h"

namespace cgroupd {

struct WebConfig {
  struct Tls {
    std::string cert_file;  ///< as written: relative to the configuration's directory
    std::string key_file;
    std::string priorities;  ///< GnuTLS's words for min_version and max_version
  };
  std::optional<Tls> tls = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< for every answer
  std::map<std::string, std::string> users = {};                  ///< bcrypt hashes
};

/// Understands tls_server_config (cert_file, key_file, min_version, max_version), http_server_config (headers; http2 is
/// read and has no effect) and basic_auth_users. What it cannot enforce (client certificates, ciphers) is an error, as
/// is every unknown key: a page must not be less guarded than its file says.
Result<WebConfig> parse_web_config(std::string_view yaml);

}  // namespace cgroupd
