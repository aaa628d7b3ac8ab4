// The Kernel interface on a mounted cgroup2 hierarchy.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cgroupfs/kernel.h"

namespace cgroupd {

/// Opens everything beneath the delegated root's descriptor with openat2(RESOLVE_BENEATH | NO_SYMLINKS | NO_MAGICLINKS
/// | NO_XDEV) (Linux 5.6), so that no name can lead outside. Not thread-safe: one object a thread.
class RealKernel final : public Kernel {
 public:
  /// Hears of every write: the file's name, how long it took to write it and read it back, and the errno (0: none). It
  /// is called in the thread that writes.
  using OnWrite = std::function<void(std::string_view file, std::chrono::nanoseconds took, int errno_value)>;

  /// `root`: absolute path of the delegated root. `kept_files`: how many files stay open for the next change
  /// (each costs about 5 KB of kernel memory). not_found, not_authorized, or unsupported when it is not on cgroup2.
  static Result<std::unique_ptr<RealKernel>> open(const std::string& root, std::size_t kept_files);

  void on_write(OnWrite heard) { on_write_ = std::move(heard); }

  std::string root_path() const override { return root_path_; }
  Result<std::string> read(const CgroupPath& cgroup, std::string_view file) override;
  Result<std::string> read_often(const CgroupPath& cgroup, std::string_view file) override;
  Result<std::string> read_above(unsigned levels, std::string_view file) override;
  Result<std::string> write(const CgroupPath& cgroup, std::string_view file, std::string_view value) override;
  Result<void> make(const CgroupPath& cgroup) override;
  Result<void> remove(const CgroupPath& cgroup) override;
  Result<std::vector<std::string>> children(const CgroupPath& cgroup) override;
  Result<FileDescriptor> open_directory(const CgroupPath& cgroup) override;
  Result<FileDescriptor> open_trigger(const CgroupPath& cgroup, std::string_view file,
                                      std::string_view trigger) override;
  Result<std::optional<std::string>> mark(const CgroupPath& cgroup, std::string_view name) override;
  Result<void> set_mark(const CgroupPath& cgroup, std::string_view name, std::string_view text) override;
  Result<std::string> wait_for_change(const CgroupPath& cgroup, std::string_view file, const std::string& from,
                                      std::chrono::milliseconds within) override;

 private:
  Result<std::string> read_file(const CgroupPath& cgroup, std::string_view file, bool keep_open);
  Result<std::string> write_and_read_back(const CgroupPath& cgroup, std::string_view file, std::string_view value);

  struct Kept {
    std::string key;  // "web/memory.max"
    FileDescriptor fd;
  };

  RealKernel(std::string root_path, FileDescriptor root, unsigned levels_above, std::size_t kept_files);
  int kept(const std::string& key);
  int keep(const std::string& key, FileDescriptor fd);
  void forget(const std::string& key);
  void forget_beneath(const CgroupPath& cgroup);

  std::string root_path_;
  FileDescriptor root_;
  unsigned levels_above_;
  std::size_t kept_files_;
  OnWrite on_write_;
  std::list<Kept> kept_;  // most recently used first
  std::unordered_map<std::string, std::list<Kept>::iterator> kept_by_key_;
};

}  // namespace cgroupd
