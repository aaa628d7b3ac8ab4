// The TreeReader on a mounted cgroup2 hierarchy.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/tree_reader.h"

namespace cgroupd {

/// Raises the soft limit of open files to the hard one, as whoever calls no select(2) may; answers what it is now.
std::size_t raise_file_limit();

/// Holds a descriptor for every cgroup (O_PATH: 1 a cgroup), and keeps files open while `kept_files` are not used up,
/// first come, first served: a kept file reads three to five times as fast, and costs about 5 KB of kernel memory
/// (kept_files.h says how many).
/// Not thread-safe. Readers must not outlive it.
class RealTreeReader final : public TreeReader {
 public:
  /// not_found, not_authorized, or unsupported when `root` is not on cgroup2.
  static Result<std::unique_ptr<RealTreeReader>> open(const std::string& root, std::size_t kept_files);

  std::string root_path() const override { return root_path_; }
  void set_files(std::vector<ReadableFile> files) override { files_ = std::move(files); }
  OrErrno<std::unique_ptr<CgroupReader>> open_root() override;
  OrErrno<std::string> read_root(std::string_view file) override;
  OrErrno<std::string> read_top(std::string_view file) override;
  OrErrno<std::unique_ptr<CgroupReader>> open_in_hierarchy(const std::string& path) override;
  std::string hierarchy_path() const override;

  std::size_t open_files() const { return open_files_; }

 private:
  class RealCgroupReader;

  OrErrno<std::string> read_file(int directory, std::string_view file);

  RealTreeReader(std::string root_path, FileDescriptor root, FileDescriptor top, unsigned levels_above,
                 std::size_t kept_files);

  std::string root_path_;
  FileDescriptor root_;
  FileDescriptor top_;  // of the hierarchy
  unsigned levels_above_;
  std::vector<ReadableFile> files_;
  std::size_t kept_files_;
  std::size_t open_files_ = 0;
  std::vector<char> buffer_;
};

}  // namespace cgroupd
