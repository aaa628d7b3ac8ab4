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
  explicit OpenFile(const std::string& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)), error_(fd_ < 0 ? errno : 0) {}
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

// Empty when all of the file is in `text`, else why not.
std::string read_whole(int fd, std::string& text) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) return "cannot be read: " + because(errno);
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
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

void read_one(const std::string& path, IfMissing if_missing, ConfigFiles& out) {
  const auto fault = [&](std::string message) {
    out.faults.push_back(ConfigFault{.file = path, .line = std::nullopt, .message = std::move(message)});
  };
  const OpenFile file(path);
  if (file.fd() < 0) {
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

std::vector<std::string> drop_ins_of(const std::string& directory, ConfigFaults& faults) {
  const auto fault = [&](std::string message) {
    faults.push_back(ConfigFault{.file = directory, .line = std::nullopt, .message = std::move(message)});
  };
  const std::unique_ptr<DIR, CloseDirectory> stream(opendir(directory.c_str()));
  if (!stream) {
    if (errno != ENOENT) fault("cannot be opened: " + because(errno));
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
      fault("has more than " + std::to_string(max_config_drop_ins) + " drop-ins");
      return {};
    }
    names.emplace_back(name);
  }
  if (errno != 0) fault("cannot be read: " + because(errno));
  std::ranges::sort(names);
  return names;
}

}  // namespace

ConfigFiles read_config_files(const std::string& main_file, IfMissing if_missing) {
  ConfigFiles out;
  read_one(main_file, if_missing, out);
  const std::string directory = main_file + ".d";
  for (const std::string& name : drop_ins_of(directory, out.faults)) {
    // A drop-in removed between listing and opening is a missing file like any other.
    read_one(std::string(directory).append("/").append(name), IfMissing::fine, out);
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
