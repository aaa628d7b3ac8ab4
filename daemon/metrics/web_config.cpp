// One function a section; yaml-cpp and its exceptions stay in here.
#include "metrics/web_config.h"

#include <algorithm>
#include <array>
#include <exception>

#include <crypt.h>
#include <yaml-cpp/yaml.h>

namespace cgroupd {
namespace {

Error fault(const std::string& what, std::string hint = {}) {
  return Error{.code = ErrorCode::invalid_argument, .message = what, .hint = std::move(hint)};
}

Result<std::string> text_of(const YAML::Node& node, const std::string& key) {
  if (!node.IsScalar()) return fail(fault("'" + key + "' is not a text"));
  return node.Scalar();
}

struct TlsVersion {
  std::string_view name;
  std::string_view gnutls;
};
// From old to new.
constexpr std::array<TlsVersion, 4> tls_versions = {
    {{"TLS10", "TLS1.0"}, {"TLS11", "TLS1.1"}, {"TLS12", "TLS1.2"}, {"TLS13", "TLS1.3"}}};

Result<std::string> priorities(std::string_view least, std::string_view most) {
  const auto* const first = std::ranges::find(tls_versions, least, &TlsVersion::name);
  const auto* const last = std::ranges::find(tls_versions, most, &TlsVersion::name);
  if (first == tls_versions.end() || last == tls_versions.end() || first > last)
    return fail(fault("min_version and max_version leave no version of TLS", "write TLS12 or TLS13"));
  std::string text = "NORMAL:-VERS-ALL";
  for (const auto* version = last; version >= first; --version) text += ":+VERS-" + std::string(version->gnutls);
  return text;
}

Result<void> read_tls(const YAML::Node& section, WebConfig& config) {
  WebConfig::Tls tls;
  std::string least = "TLS12";
  std::string most = "TLS13";
  for (const auto& entry : section) {
    const std::string key = entry.first.Scalar();
    std::string* into = nullptr;
    if (key == "cert_file") into = &tls.cert_file;
    if (key == "key_file") into = &tls.key_file;
    if (key == "min_version") into = &least;
    if (key == "max_version") into = &most;
    const bool is_no_client = key == "client_auth_type" && entry.second.IsScalar() &&
                              (entry.second.Scalar() == "NoClientCert" || entry.second.Scalar().empty());
    if (is_no_client) continue;
    if (into == nullptr) {
      return fail(fault("'" + key + "' of tls_server_config cannot be enforced here",
                        "leave it out, or put a proxy before the metrics that can"));
    }
    Result<std::string> text = text_of(entry.second, key);
    if (!text) return fail(std::move(text.error()));
    *into = std::move(*text);
  }
  if (tls.cert_file.empty() || tls.key_file.empty())
    return fail(fault("tls_server_config needs both cert_file and key_file"));
  Result<std::string> versions = priorities(least, most);
  if (!versions) return fail(std::move(versions.error()));
  tls.priorities = std::move(*versions);
  config.tls = std::move(tls);
  return {};
}

Result<void> read_http(const YAML::Node& section, WebConfig& config) {
  constexpr std::array<std::string_view, 5> allowed = {"Content-Security-Policy", "X-Frame-Options",
                                                       "X-Content-Type-Options", "X-XSS-Protection",
                                                       "Strict-Transport-Security"};
  for (const auto& entry : section) {
    const std::string key = entry.first.Scalar();
    if (key == "http2") continue;
    if (key != "headers") return fail(fault("unknown key '" + key + "' in http_server_config"));
    if (!entry.second.IsMap()) return fail(fault("'headers' is not a mapping"));
    for (const auto& header : entry.second) {
      const std::string name = header.first.Scalar();
      if (std::ranges::find(allowed, name) == allowed.end())
        return fail(fault("header '" + name + "' cannot be set in http_server_config"));
      Result<std::string> value = text_of(header.second, name);
      if (!value) return fail(std::move(value.error()));
      if (value->find_first_of("\r\n") != std::string::npos)
        return fail(fault("header '" + name + "' has more than one line"));
      config.headers.emplace_back(name, std::move(*value));
    }
  }
  return {};
}

Result<void> read_users(const YAML::Node& section, WebConfig& config) {
  for (const auto& entry : section) {
    const std::string user = entry.first.Scalar();
    Result<std::string> hash = text_of(entry.second, user);
    if (!hash) return fail(std::move(hash.error()));
    if (!hash->starts_with("$2") || crypt_checksalt(hash->c_str()) != CRYPT_SALT_OK) {
      return fail(fault("the password of '" + user + "' is not a bcrypt hash",
                        "make one with: htpasswd -nBC 10 '' | tr -d ':'"));
    }
    config.users.emplace(user, std::move(*hash));
  }
  return {};
}

Result<WebConfig> read_sections(const YAML::Node& root) {
  WebConfig config;
  if (root.IsNull()) return config;
  if (!root.IsMap()) return fail(fault("it is not a mapping of sections"));
  struct Section {
    std::string_view name;
    Result<void> (*read)(const YAML::Node&, WebConfig&);
  };
  constexpr std::array<Section, 3> sections = {
      {{"tls_server_config", read_tls}, {"http_server_config", read_http}, {"basic_auth_users", read_users}}};
  for (const auto& entry : root) {
    const std::string name = entry.first.Scalar();
    const auto* const section = std::ranges::find(sections, std::string_view(name), &Section::name);
    if (section == sections.end()) return fail(fault("unknown section '" + name + "'"));
    if (entry.second.IsNull()) continue;
    if (!entry.second.IsMap()) return fail(fault("section '" + name + "' is not a mapping"));
    if (Result<void> read = section->read(entry.second, config); !read) return fail(std::move(read.error()));
  }
  return config;
}

}  // namespace

Result<WebConfig> parse_web_config(std::string_view yaml) {
  try {
    return read_sections(YAML::Load(std::string(yaml)));
  } catch (const std::exception& caught) {
    return fail(fault(caught.what()));
  }
}

}  // namespace cgroupd
