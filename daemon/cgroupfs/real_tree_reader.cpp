// openat2 once, pread ever after.
#include "cgroupfs/real_tree_reader.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cgroupfs/hierarchy.h"
#include "cgroupfs/open_beneath.h"

namespace cgroupd {
namespace {

constexpr std::size_t first_buffer = std::size_t{64} << 10U;

// The whole file from its beginning.
OrErrno<std::string_view> read_whole(int fd, bool has_records, std::vector<char>& buffer) {
  std::size_t size = 0;
  while (true) {
    const std::size_t room = buffer.size() - size;
    const ssize_t got = ::pread(fd, buffer.data() + size, room, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(errno);
    size += static_cast<std::size_t>(got);
    // seq_file gives a single record whole when there is room for it, and of many a page at a time.
    constexpr ssize_t surely_the_end = 2048;
    if (got == 0 || (has_records ? got < surely_the_end : static_cast<std::size_t>(got) < room)) break;
    if (size == buffer.size()) {
      if (size >= largest_file) break;
      buffer.resize(size * 2);
    }
  }
  return std::string_view(buffer.data(), size);
}

constexpr int for_ever = -1;

// For how many reads a file that is absent need not be looked for again. The pressure files of a cgroup come and go
// with cgroup.pressure (Linux 6.1), which no other file tells.
int absence_of(std::string_view file) {
  constexpr int some_scrapes = 10;
  return file.ends_with(".pressure") ? some_scrapes : for_ever;
}

}  // namespace

std::size_t raise_file_limit() {
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 0;
  const rlim_t before = files.rlim_cur;
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) files.rlim_cur = before;
  return files.rlim_cur;
}

class RealTreeReader::RealCgroupReader final : public CgroupReader {
 public:
  RealCgroupReader(RealTreeReader& tree, FileDescriptor directory)
      : tree_(tree), directory_(std::move(directory)), files_(tree.files_.size()) {
    struct stat status = {};
    if (::fstatat(directory_.get(), "", &status, AT_EMPTY_PATH) == 0) owner_uid_ = status.st_uid;
    // kernfs keeps the times of a file only where an attribute was set, as the owner is when it is not root's
    // (fs/kernfs/inode.c); a directory's own time moves with its children.
    constexpr double nanoseconds = 1e9;
    if (owner_uid_.value_or(0) != 0 && ::fstatat(directory_.get(), "cgroup.events", &status, 0) == 0)
      created_ = static_cast<double>(status.st_mtim.tv_sec) + static_cast<double>(status.st_mtim.tv_nsec) / nanoseconds;
  }
  RealCgroupReader(const RealCgroupReader&) = delete;
  RealCgroupReader& operator=(const RealCgroupReader&) = delete;
  RealCgroupReader(RealCgroupReader&&) = delete;
  RealCgroupReader& operator=(RealCgroupReader&&) = delete;
  ~RealCgroupReader() override { close_files(); }

  OrErrno<std::string_view> read(std::size_t file) override {
    Slot& slot = files_[file];
    const ReadableFile& known = tree_.files_[file];
    if (slot.fd) {
      OrErrno<std::string_view> text = read_whole(slot.fd.get(), known.has_records, tree_.buffer_);
      // ENODEV: its controller was switched off, and perhaps on again, or the cgroup is gone. Look afresh.
      if (text || text.error() != ENODEV) return text;
      close(slot);
    }
    if (slot.absent != 0) {
      if (slot.absent != for_ever) --slot.absent;
      return tl::unexpected(ENOENT);
    }
    FileDescriptor fd(::openat(directory_.get(), known.name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
      const int error = errno;
      if (error == ENOENT) slot.absent = absence_of(known.name);
      return tl::unexpected(error);
    }
    OrErrno<std::string_view> text = read_whole(fd.get(), known.has_records, tree_.buffer_);
    if (text && tree_.open_files_ < tree_.kept_files_) {
      slot.fd = std::move(fd);
      ++tree_.open_files_;
    }
    return text;
  }

  OrErrno<std::vector<std::string>> children() override {
    FileDescriptor fd(::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return tl::unexpected(errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
    if (!stream) return tl::unexpected(errno);
    fd.release();
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string_view name = entry->d_name;
      if (entry->d_type == DT_DIR && name != "." && name != "..") names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
  }

  OrErrno<std::unique_ptr<CgroupReader>> open_child(const std::string& name) override {
    FileDescriptor fd(open_beneath(directory_.get(), name.c_str(), O_PATH | O_DIRECTORY));
    if (!fd) return tl::unexpected(errno);
    return std::unique_ptr<CgroupReader>(std::make_unique<RealCgroupReader>(tree_, std::move(fd)));
  }

  void controllers_changed() override {
    close_files();
    for (Slot& slot : files_) slot.absent = 0;
  }

  std::optional<std::uint32_t> owner_uid() const override { return owner_uid_; }
  std::optional<double> created() const override { return created_; }

  OrErrno<std::string> attribute(const std::string& name, std::size_t most) override {
    // The directory is open as a place only (O_PATH), which fgetxattr(2) does not take.
    const std::string place = "/proc/self/fd/" + std::to_string(directory_.get());
    std::string value(most, '\0');
    const ssize_t got = ::getxattr(place.c_str(), name.c_str(), value.data(), value.size());
    if (got < 0) return tl::unexpected(errno);
    value.resize(static_cast<std::size_t>(got));
    return value;
  }

 private:
  struct Slot {
    FileDescriptor fd;
    int absent = 0;  // for how many reads, or for_ever
  };

  void close(Slot& slot) {
    if (!slot.fd) return;
    slot.fd.reset();
    --tree_.open_files_;
  }
  void close_files() {
    for (Slot& slot : files_) close(slot);
  }

  RealTreeReader& tree_;
  FileDescriptor directory_;
  std::vector<Slot> files_;
  std::optional<std::uint32_t> owner_uid_;
  std::optional<double> created_;
};

RealTreeReader::RealTreeReader(std::string root_path, FileDescriptor root, FileDescriptor top, unsigned levels_above,
                               std::size_t kept_files)
    : root_path_(std::move(root_path)),
      root_(std::move(root)),
      top_(std::move(top)),
      levels_above_(levels_above),
      kept_files_(kept_files),
      buffer_(first_buffer) {}

Result<std::unique_ptr<RealTreeReader>> RealTreeReader::open(const std::string& root, std::size_t kept_files) {
  FileDescriptor fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) {
    return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::not_authorized,
                "cannot open the delegated root " + root + ": " + std::generic_category().message(errno), {}, errno);
  }
  struct statfs info {};
  if (::fstatfs(fd.get(), &info) != 0 || info.f_type != CGROUP2_SUPER_MAGIC)
    return fail(ErrorCode::unsupported, root + " is not on a cgroup2 file system");
  const Result<unsigned> levels = levels_above_root(root);
  if (!levels) return fail(levels.error());
  std::string up = ".";
  for (unsigned i = 0; i < *levels; ++i) up += "/..";
  // Upwards on purpose and only to read, so not through open_beneath().
  FileDescriptor top(::openat(fd.get(), up.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top) {
    return fail(ErrorCode::failed,
                "cannot open the hierarchy above " + root + ": " + std::generic_category().message(errno), {}, errno);
  }
  return std::unique_ptr<RealTreeReader>(new RealTreeReader(root, std::move(fd), std::move(top), *levels, kept_files));
}

OrErrno<std::unique_ptr<CgroupReader>> RealTreeReader::open_in_hierarchy(const std::string& path) {
  const std::string beneath = path.size() > 1 ? path.substr(1) : ".";
  FileDescriptor fd(open_beneath(top_.get(), beneath.c_str(), O_PATH | O_DIRECTORY));
  if (!fd) return tl::unexpected(errno);
  return std::unique_ptr<CgroupReader>(std::make_unique<RealCgroupReader>(*this, std::move(fd)));
}

OrErrno<std::string> RealTreeReader::read_top(std::string_view file) {
  return read_file(top_.get(), file);
}

OrErrno<std::string> RealTreeReader::read_root(std::string_view file) {
  return read_file(root_.get(), file);
}

OrErrno<std::string> RealTreeReader::read_file(int directory, std::string_view file) {
  const std::string path(file);
  const FileDescriptor fd(::openat(directory, path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return tl::unexpected(errno);
  const OrErrno<std::string_view> text = read_whole(fd.get(), false, buffer_);
  if (!text) return tl::unexpected(text.error());
  return std::string(*text);
}

std::string RealTreeReader::hierarchy_path() const {
  std::size_t begin = root_path_.size();
  for (unsigned i = 0; i < levels_above_ && begin != 0; ++i) begin = root_path_.rfind('/', begin - 1);
  return root_path_.substr(begin);
}

OrErrno<std::unique_ptr<CgroupReader>> RealTreeReader::open_root() {
  FileDescriptor fd(open_beneath(root_.get(), ".", O_PATH | O_DIRECTORY));
  if (!fd) return tl::unexpected(errno);
  return std::unique_ptr<CgroupReader>(std::make_unique<RealCgroupReader>(*this, std::move(fd)));
}

}  // namespace cgroupd
