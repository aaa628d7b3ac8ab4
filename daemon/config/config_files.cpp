// Opening, bounding and ordering configuration files.
#include "config/config_files.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cgroupd {
namespace {

std::string because(int error) {
  return std::generic_category().message(error);
}

class OpenFile {
 public:
  explicit OpenFile(const std::string& path, int flags = O_NONBLOCK)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | flags)), error_(fd_ < 0 ? errno : 0) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile(OpenFile&&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }
  int error() const { return error_; }

 private:
  int fd_;
  int error_;
};

// Empty when all of the stream is in `text`, else why not.
std::string read_to_end(int fd, std::string& text) {
  constexpr std::size_t step = 16384;
  while (text.size() <= max_config_file_bytes) {
    const std::size_t had = text.size();
    text.resize(had + step);
    const ssize_t got = read(fd, text.data() + had, step);
    text.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) return {};
    if (got < 0 && errno != EINTR) return "cannot be read: " + because(errno);
  }
  return "is larger than " + std::to_string(max_config_file_bytes) + " bytes";
}

// The same, but nothing that a reader may wait for.
std::string read_whole(int fd, std::string& text) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) return "cannot be read: " + because(errno);
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  return read_to_end(fd, text);
}

ConfigFault fault_of(const std::string& path, std::string message) {
  return ConfigFault{.file = path, .line = std::nullopt, .message = std::move(message)};
}

void read_one(const std::string& path, IfMissing if_missing, ConfigFiles& out) {
  const auto fault = [&](std::string message) { out.faults.push_back(fault_of(path, std::move(message))); };
  const OpenFile file(path);
  if (file.fd() < 0) {
    struct stat status = {};
    if (lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode) && file.error() == ENOENT) {
      return fault("is a symbolic link to a file that is not there");
    }
    const bool missing = file.error() == ENOENT || file.error() == ENOTDIR;
    if (!missing || if_missing == IfMissing::fault) fault("cannot be opened: " + because(file.error()));
    return;
  }
  std::string text;
  if (std::string problem = read_whole(file.fd(), text); !problem.empty()) return fault(std::move(problem));
  out.files.push_back(ConfigFile{.path = path, .text = std::move(text)});
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

std::vector<std::string> files_of(const std::string& directory, IfMissing if_missing, ConfigFaults& faults) {
  const auto fault = [&](std::string message) { faults.push_back(fault_of(directory, std::move(message))); };
  const std::unique_ptr<DIR, CloseDirectory> stream(opendir(directory.c_str()));
  if (!stream) {
    if (errno != ENOENT || if_missing == IfMissing::fault) fault("cannot be opened: " + because(errno));
    return {};
  }
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* const entry = readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name.starts_with('.') || !name.ends_with(".conf")) continue;
    if (names.size() == max_config_drop_ins) {
      fault("has more than " + std::to_string(max_config_drop_ins) + " files that end in .conf");
      return {};
    }
    names.emplace_back(name);
  }
  if (errno != 0) fault("cannot be read: " + because(errno));
  std::ranges::sort(names);
  return names;
}

void read_directory(const std::string& directory, IfMissing if_missing, ConfigFiles& out) {
  for (const std::string& name : files_of(directory, if_missing, out.faults)) {
    // One removed between listing and opening is a missing file like any other.
    read_one(std::string(directory).append("/").append(name), IfMissing::fine, out);
  }
}

}  // namespace

ConfigFiles read_config_files(const std::string& main_file, IfMissing if_missing) {
  ConfigFiles out;
  read_one(main_file, if_missing, out);
  read_directory(main_file + ".d", IfMissing::fine, out);
  return out;
}

std::string cgroups_directory(const std::string& main_file) {
  const std::size_t slash = main_file.rfind('/');
  return (slash == std::string::npos ? std::string() : main_file.substr(0, slash + 1)) + "cgroups.d";
}

ConfigFiles read_config_directory(const std::string& directory, IfMissing if_missing) {
  ConfigFiles out;
  read_directory(directory, if_missing, out);
  return out;
}

ConfigFiles read_named_config(const std::string& path) {
  struct stat status = {};
  ConfigFiles out;
  if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    read_directory(path, IfMissing::fault, out);
    // Most likely another directory was meant.
    if (out.files.empty() && out.faults.empty()) out.faults.push_back(fault_of(path, "has no file that ends in .conf"));
    return out;
  }
  const OpenFile file(path, 0);
  if (file.fd() >= 0) return read_config_stream(file.fd(), path);
  out.faults.push_back(fault_of(path, "cannot be opened: " + because(file.error())));
  return out;
}

ConfigFiles read_config_stream(int stream, const std::string& name) {
  ConfigFiles out;
  std::string text;
  if (std::string problem = read_to_end(stream, text); !problem.empty()) {
    out.faults.push_back(fault_of(name, std::move(problem)));
  } else {
    out.files.push_back(ConfigFile{.path = name, .text = std::move(text)});
  }
  return out;
}

std::optional<std::string> user_config_file(std::optional<std::string_view> xdg_config_home,
                                            std::optional<std::string_view> home) {
  if (xdg_config_home && xdg_config_home->starts_with('/'))
    return std::string(*xdg_config_home) + "/cgroupd/cgroupd.conf";
  if (home && home->starts_with('/')) return std::string(*home) + "/.config/cgroupd/cgroupd.conf";
  return std::nullopt;
}

}  // namespace cgroupd
