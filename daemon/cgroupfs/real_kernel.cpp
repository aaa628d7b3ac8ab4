// System calls on cgroup2.
#include "cgroupfs/real_kernel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cgroupfs/errno_codes.h"
#include "cgroupfs/hierarchy.h"
#include "cgroupfs/open_beneath.h"

namespace cgroupd {
namespace {

constexpr const char* mark_prefix = "user.cgroupd.";

tl::unexpected<Error> system_error(int error, const std::string& what) {
  return fail(error_code_of(error), what + ": " + std::generic_category().message(error), {}, error);
}

std::string key_of(const CgroupPath& cgroup, std::string_view file) {
  std::string key = cgroup.str();
  if (!key.empty()) key += '/';
  key += file;
  return key;
}

const char* directory_of(const CgroupPath& cgroup) {
  return cgroup.is_root() ? "." : cgroup.str().c_str();
}

// The whole file from its beginning; an errno on failure.
tl::expected<std::string, int> read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by pread
  while (text.size() < largest_file) {
    const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(errno);
    text.append(buffer.data(), static_cast<std::size_t>(got));
    // kernfs hands out a page at a time; less than that is the end.
    if (static_cast<std::size_t>(got) < buffer.size() / 2) break;
  }
  return text;
}

int write_once(int fd, std::string_view value) {
  while (true) {
    const ssize_t put = ::pwrite(fd, value.data(), value.size(), 0);
    if (put >= 0) return static_cast<std::size_t>(put) == value.size() ? 0 : EIO;
    if (errno != EINTR) return errno;
  }
}

std::string quoted_value(std::string_view value) {
  std::string text(value.substr(0, value.find('\n')));
  return "'" + text + "'";
}

}  // namespace

RealKernel::RealKernel(std::string root_path, FileDescriptor root, unsigned levels_above, std::size_t kept_files)
    : root_path_(std::move(root_path)), root_(std::move(root)), levels_above_(levels_above), kept_files_(kept_files) {}

Result<std::unique_ptr<RealKernel>> RealKernel::open(const std::string& root, std::size_t kept_files) {
  FileDescriptor fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return system_error(errno, "cannot open the delegated root " + root);
  struct statfs info {};
  if (::fstatfs(fd.get(), &info) != 0) return system_error(errno, "cannot look at " + root);
  if (info.f_type != CGROUP2_SUPER_MAGIC) {
    return fail(ErrorCode::unsupported, root + " is not on a cgroup2 file system",
                "a delegated cgroup is needed: see cgroups(7)");
  }
  const auto levels = levels_above_root(root);
  if (!levels) return fail(levels.error());
  return std::unique_ptr<RealKernel>(new RealKernel(root, std::move(fd), *levels, kept_files));
}

Result<std::string> RealKernel::read(const CgroupPath& cgroup, std::string_view file) {
  return read_file(cgroup, file, false);
}

Result<std::string> RealKernel::read_often(const CgroupPath& cgroup, std::string_view file) {
  return read_file(cgroup, file, kept_files_ > 0);
}

Result<std::string> RealKernel::read_file(const CgroupPath& cgroup, std::string_view file, bool keep_open) {
  const std::string key = key_of(cgroup, file);
  if (const int fd = kept(key); fd >= 0) {
    if (auto text = read_all(fd)) return *std::move(text);
    forget(key);  // the cgroup was removed, perhaps made again: look afresh
  }
  // What stays open is opened for the write that may follow, where we may write.
  FileDescriptor fd(keep_open ? open_beneath(root_.get(), key.c_str(), O_RDWR) : -1);
  if (!fd) fd = FileDescriptor(open_beneath(root_.get(), key.c_str(), O_RDONLY));
  if (!fd) return system_error(errno, "cannot open " + key);
  auto text = read_all(fd.get());
  if (!text) return system_error(text.error(), "cannot read " + key);
  if (keep_open) keep(key, std::move(fd));
  return *std::move(text);
}

Result<std::string> RealKernel::read_above(unsigned levels, std::string_view file) {
  if (levels > levels_above_)
    return fail(ErrorCode::out_of_range,
                "there is no cgroup " + std::to_string(levels) + " levels above " + root_path_);
  std::string path;
  for (unsigned i = 0; i < levels; ++i) path += "../";
  path += file;
  // Upwards on purpose and only to read, so not through open_beneath().
  const FileDescriptor fd(::openat(root_.get(), path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  const std::string what = root_path_ + "/" + path;
  if (!fd) return system_error(errno, "cannot open " + what);
  auto text = read_all(fd.get());
  if (!text) return system_error(text.error(), "cannot read " + what);
  return *std::move(text);
}

Result<std::string> RealKernel::write(const CgroupPath& cgroup, std::string_view file, std::string_view value) {
  const auto begin = std::chrono::steady_clock::now();
  Result<std::string> back = write_and_read_back(cgroup, file, value);
  if (on_write_) on_write_(file, std::chrono::steady_clock::now() - begin, back ? 0 : back.error().errno_value);
  return back;
}

Result<std::string> RealKernel::write_and_read_back(const CgroupPath& cgroup, std::string_view file,
                                                    std::string_view value) {
  const std::string key = key_of(cgroup, file);
  int fd = kept(key);
  int error = fd >= 0 ? write_once(fd, value) : ENODEV;
  if (error == ENODEV) {
    forget(key);
    FileDescriptor opened(open_beneath(root_.get(), key.c_str(), O_RDWR));
    if (!opened && errno == EACCES) opened = FileDescriptor(open_beneath(root_.get(), key.c_str(), O_WRONLY));
    if (!opened) return system_error(errno, "cannot open " + key + " to write " + quoted_value(value));
    error = write_once(opened.get(), value);
    if (error == 0) fd = keep(key, std::move(opened));
  }
  if (error != 0) return system_error(error, "cannot write " + quoted_value(value) + " to " + key);
  auto text = read_all(fd);
  // A write-only file (cgroup.kill, memory.reclaim) cannot be read back: EBADF by open mode, EINVAL by the file itself.
  if (!text && (text.error() == EBADF || text.error() == EINVAL)) return std::string();
  if (!text) return system_error(text.error(), "cannot read back " + key);
  return *std::move(text);
}

Result<void> RealKernel::make(const CgroupPath& cgroup) {
  constexpr mode_t mode = 0755;
  // mkdirat has no RESOLVE_BENEATH: make the last part below a parent that was opened with it.
  const FileDescriptor parent(open_beneath(root_.get(), directory_of(cgroup.parent()), O_PATH | O_DIRECTORY));
  if (!parent) return system_error(errno, "cannot make " + cgroup.str() + ": its parent cannot be opened");
  const std::string name(cgroup.name());
  if (::mkdirat(parent.get(), name.c_str(), mode) != 0) return system_error(errno, "cannot make " + cgroup.str());
  // Our umask is for files of ours. Everybody may look at a cgroup, as at all those that systemd makes.
  if (::fchmodat(parent.get(), name.c_str(), mode, 0) != 0)
    return system_error(errno, "cannot open " + cgroup.str() + " for everybody to read");
  return {};
}

Result<void> RealKernel::remove(const CgroupPath& cgroup) {
  forget_beneath(cgroup);
  const FileDescriptor parent(open_beneath(root_.get(), directory_of(cgroup.parent()), O_PATH | O_DIRECTORY));
  if (!parent) return system_error(errno, "cannot remove " + cgroup.str() + ": its parent cannot be opened");
  if (::unlinkat(parent.get(), std::string(cgroup.name()).c_str(), AT_REMOVEDIR) != 0)
    return system_error(errno, "cannot remove " + cgroup.str());
  return {};
}

Result<std::vector<std::string>> RealKernel::children(const CgroupPath& cgroup) {
  FileDescriptor fd(open_beneath(root_.get(), directory_of(cgroup), O_RDONLY | O_DIRECTORY));
  if (!fd) return system_error(errno, "cannot list " + absolute_path(cgroup));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
  if (!stream) return system_error(errno, "cannot list " + absolute_path(cgroup));
  fd.release();
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Result<FileDescriptor> RealKernel::open_trigger(const CgroupPath& cgroup, std::string_view file,
                                                std::string_view trigger) {
  const std::string key = key_of(cgroup, file);
  FileDescriptor fd(open_beneath(root_.get(), key.c_str(), O_RDWR | O_NONBLOCK));
  if (!fd) return system_error(errno, "cannot open " + key + " for a trigger");
  // psi_write() wants the NUL as well.
  if (::write(fd.get(), std::string(trigger).c_str(), trigger.size() + 1) < 0)
    return system_error(errno, "cannot write " + quoted_value(trigger) + " to " + key);
  return fd;
}

Result<FileDescriptor> RealKernel::open_directory(const CgroupPath& cgroup) {
  FileDescriptor fd(open_beneath(root_.get(), directory_of(cgroup), O_RDONLY | O_DIRECTORY));
  if (!fd) return system_error(errno, "cannot open " + absolute_path(cgroup));
  return fd;
}

Result<std::optional<std::string>> RealKernel::mark(const CgroupPath& cgroup, std::string_view name) {
  const FileDescriptor fd(open_beneath(root_.get(), directory_of(cgroup), O_RDONLY | O_DIRECTORY));
  if (!fd) return system_error(errno, "cannot open " + absolute_path(cgroup));
  std::array<char, 256> text{};
  const std::string attribute = mark_prefix + std::string(name);
  const ssize_t length = ::fgetxattr(fd.get(), attribute.c_str(), text.data(), text.size());
  if (length >= 0) return std::string(text.data(), static_cast<std::size_t>(length));
  if (errno == ENODATA || errno == EOPNOTSUPP) return std::nullopt;
  return system_error(errno, "cannot read " + attribute + " of " + absolute_path(cgroup));
}

Result<void> RealKernel::set_mark(const CgroupPath& cgroup, std::string_view name, std::string_view text) {
  const FileDescriptor fd(open_beneath(root_.get(), directory_of(cgroup), O_RDONLY | O_DIRECTORY));
  if (!fd) return system_error(errno, "cannot open " + absolute_path(cgroup));
  const std::string attribute = mark_prefix + std::string(name);
  if (::fsetxattr(fd.get(), attribute.c_str(), text.data(), text.size(), 0) == 0) return {};
  return system_error(errno, "cannot set " + attribute + " of " + absolute_path(cgroup));
}

Result<std::string> RealKernel::wait_for_change(const CgroupPath& cgroup, std::string_view file,
                                                const std::string& from, std::chrono::milliseconds within) {
  const std::string key = key_of(cgroup, file);
  const FileDescriptor fd(open_beneath(root_.get(), key.c_str(), O_RDONLY));
  if (!fd) return system_error(errno, "cannot open " + key);
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (true) {
    auto text = read_all(fd.get());  // reading re-arms the notification
    if (!text) return system_error(text.error(), "cannot read " + key);
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (*text != from || left.count() <= 0) return *std::move(text);
    pollfd wait{.fd = fd.get(), .events = POLLPRI, .revents = 0};
    if (::poll(&wait, 1, static_cast<int>(left.count())) < 0 && errno != EINTR)
      return system_error(errno, "cannot wait for " + key);
  }
}

int RealKernel::kept(const std::string& key) {
  const auto at = kept_by_key_.find(key);
  if (at == kept_by_key_.end()) return -1;
  kept_.splice(kept_.begin(), kept_, at->second);
  return at->second->fd.get();
}

int RealKernel::keep(const std::string& key, FileDescriptor fd) {
  if (kept_files_ == 0) {
    kept_.clear();
    kept_by_key_.clear();
  } else if (kept_.size() >= kept_files_) {
    forget(kept_.back().key);
  }
  kept_.push_front({.key = key, .fd = std::move(fd)});
  kept_by_key_[key] = kept_.begin();
  return kept_.front().fd.get();
}

void RealKernel::forget(const std::string& key) {
  const auto at = kept_by_key_.find(key);
  if (at == kept_by_key_.end()) return;
  const auto node = at->second;  // `key` may live in the node: erase the index first
  kept_by_key_.erase(at);
  kept_.erase(node);
}

void RealKernel::forget_beneath(const CgroupPath& cgroup) {
  const std::string prefix = cgroup.str() + "/";
  for (auto at = kept_.begin(); at != kept_.end();) {
    const auto next = std::next(at);
    if (at->key.starts_with(prefix)) {
      kept_by_key_.erase(at->key);
      kept_.erase(at);
    }
    at = next;
  }
}

}  // namespace cgroupd
