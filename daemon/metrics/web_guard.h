// The web configuration at work: read from its file, and again when that or a certificate changes.
#pragma once

#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "metrics/http_security.h"
#include "metrics/passwords.h"
#include "metrics/web_config.h"
#include "model/result.h"

namespace cgroupd {

class WebGuard final : public HttpSecurity {
 public:
  /// `path`: absolute. An error tells the file and what is wrong with it.
  static Result<std::unique_ptr<WebGuard>> open(const std::string& path);

  void begin_turn() override;
  const std::optional<TlsSettings>& tls() const override { return tls_; }
  Access access(std::string_view authorization) override { return passwords_.check(authorization); }
  const std::vector<std::pair<std::string, std::string>>& headers() const override { return config_.headers; }

  /// Whether what the files say now is what is in use; if not, that is what they said before.
  bool is_current() const { return is_current_; }

 private:
  // What tells one state of a file from another.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  using Stamps = std::array<Stamp, 3>;  // configuration, certificate, key

  explicit WebGuard(std::string path) : path_(std::move(path)) {}
  static Stamp stamp_of(const std::string& path);
  Stamps stamps() const;
  std::string beside(const std::string& file) const;
  Result<void> load();

  std::string path_;
  WebConfig config_;
  std::optional<TlsSettings> tls_;
  Passwords passwords_;
  Stamps stamps_;
  bool is_current_ = false;
};

}  // namespace cgroupd
