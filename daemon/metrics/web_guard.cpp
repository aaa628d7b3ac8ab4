// A look at three files' stamps a turn; the files themselves only when one differs.
#include "metrics/web_guard.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"

namespace cgroupd {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20U;

Result<std::string> read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(largest_file, '\0');
  const ssize_t length = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (length < 0) {
    return fail(ErrorCode::invalid_argument, "cannot read " + path + ": " + std::generic_category().message(errno), {},
                errno);
  }
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

Result<std::unique_ptr<WebGuard>> WebGuard::open(const std::string& path) {
  std::unique_ptr<WebGuard> guard(new WebGuard(path));
  if (Result<void> loaded = guard->load(); !loaded) return fail(std::move(loaded.error()));
  guard->stamps_ = guard->stamps();
  guard->is_current_ = true;
  return guard;
}

void WebGuard::begin_turn() {
  passwords_.begin_turn();
  const Stamps now = stamps();
  if (now == stamps_) return;
  is_current_ = load().has_value();
  // Taken before the files were read: a change meanwhile is seen in the next turn.
  stamps_ = now;
}

Result<void> WebGuard::load() {
  const Result<std::string> text = read_file(path_);
  if (!text) return fail(text.error());
  Result<WebConfig> config = parse_web_config(*text);
  if (!config) return fail(ErrorCode::invalid_argument, path_ + ": " + config.error().message, config.error().hint);
  std::optional<TlsSettings> tls;
  if (const std::optional<WebConfig::Tls>& wanted = config->tls) {
    Result<std::string> certificate = read_file(beside(wanted->cert_file));
    if (!certificate) return fail(std::move(certificate.error()));
    Result<std::string> key = read_file(beside(wanted->key_file));
    if (!key) return fail(std::move(key.error()));
    tls = TlsSettings{.certificate = std::move(*certificate), .key = std::move(*key), .priorities = wanted->priorities};
  }
  tls_ = std::move(tls);
  passwords_ = Passwords(config->users);
  config_ = std::move(*config);
  return {};
}

std::string WebGuard::beside(const std::string& file) const {
  return file.starts_with('/') ? file : path_.substr(0, path_.rfind('/') + 1) + file;
}

WebGuard::Stamp WebGuard::stamp_of(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .seconds = status.st_mtim.tv_sec,
          .nanoseconds = status.st_mtim.tv_nsec};
}

WebGuard::Stamps WebGuard::stamps() const {
  Stamps all = {stamp_of(path_)};
  if (!config_.tls) return all;
  all[1] = stamp_of(beside(config_.tls->cert_file));
  all[2] = stamp_of(beside(config_.tls->key_file));
  return all;
}

}  // namespace cgroupd
