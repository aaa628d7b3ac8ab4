// Reading many interface files of every cgroup, over and over: the seam of whoever looks at the whole tree.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "model/result.h"

namespace cgroupd {

/// An interface file that will be read, and whether the kernel gives it out record by record (cgroup.procs), so that
/// one read(2) may not be all of it.
struct ReadableFile {
  std::string name;
  bool has_records = false;
};

/// A value, or an errno: no text is made for what is expected to fail often.
template <typename T>
using OrErrno = tl::expected<T, int>;

/// One cgroup, held open: it stays the same cgroup when another one takes its name, and reads as ENODEV or ENOENT then.
class CgroupReader {
 public:
  CgroupReader() = default;
  CgroupReader(const CgroupReader&) = delete;
  CgroupReader& operator=(const CgroupReader&) = delete;
  CgroupReader(CgroupReader&&) = delete;
  CgroupReader& operator=(CgroupReader&&) = delete;
  virtual ~CgroupReader() = default;

  /// The text of a file, by its place in the tree's list. Valid until the next read of any cgroup of the tree.
  virtual OrErrno<std::string_view> read(std::size_t file) = 0;
  /// Names of the direct children, sorted.
  virtual OrErrno<std::vector<std::string>> children() = 0;
  /// `name` is one component and no "..".
  virtual OrErrno<std::unique_ptr<CgroupReader>> open_child(const std::string& name) = 0;
  /// The controllers of this cgroup may have changed: files that were absent may be there, others are new ones.
  virtual void controllers_changed() = 0;
  /// The user that owns the directory; nothing when it cannot be told.
  virtual std::optional<std::uint32_t> owner_uid() const = 0;
  /// When it was made, in Unix seconds; nothing when the kernel does not keep that (a cgroup made by root).
  virtual std::optional<double> created() const = 0;
  /// An extended attribute of the directory ("user.…"), which its owner may have set to anything. ENODATA when it has
  /// none, ERANGE when it is longer than `most` bytes.
  virtual OrErrno<std::string> attribute(const std::string& /*name*/, std::size_t /*most*/) {
    return tl::unexpected(ENODATA);
  }
};

class TreeReader {
 public:
  TreeReader() = default;
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;
  TreeReader(TreeReader&&) = delete;
  TreeReader& operator=(TreeReader&&) = delete;
  virtual ~TreeReader() = default;

  /// Absolute path of the delegated root.
  virtual std::string root_path() const = 0;
  /// The files that read() knows by their place. Once, before anything is opened.
  virtual void set_files(std::vector<ReadableFile> files) = 0;
  virtual OrErrno<std::unique_ptr<CgroupReader>> open_root() = 0;
  /// Any cgroup of the hierarchy ("/user.slice/…"), also outside of the delegated root, to read.
  virtual OrErrno<std::unique_ptr<CgroupReader>> open_in_hierarchy(const std::string& /*path*/) {
    return tl::unexpected(ENOENT);
  }
  /// The delegated root as the hierarchy names it: "/user.slice/…"; empty when it is the top.
  virtual std::string hierarchy_path() const { return {}; }
  /// A file of the delegated root itself, by name: for what is looked at once a scrape.
  virtual OrErrno<std::string> read_root(std::string_view /*file*/) { return tl::unexpected(ENOENT); }
  /// A file of the whole hierarchy's root, far above the delegated one: the machine's own numbers.
  virtual OrErrno<std::string> read_top(std::string_view /*file*/) { return tl::unexpected(ENOENT); }
};

}  // namespace cgroupd
