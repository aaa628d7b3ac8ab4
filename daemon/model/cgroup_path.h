// A validated path beneath the delegated root.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/result.h"

namespace cgroupd {

/// The name of a cgroup: its path relative to the delegated root ("web", "batch/nightly"). The root itself is "".
/// Built only by parse(), so whoever holds one holds a safe one:
///  - 1 to 16 components of 1 to 128 characters each, 512 characters in all
///  - letters, digits and `_ . : @ + -`; the first character of a component is a letter, a digit or `_`
///  - no component begins with a controller's name and a dot ("cgroup.procs", "memory.x"): such names are the kernel's
///    (cgroup-v2.rst, "Interface Files")
class CgroupPath {
 public:
  static constexpr std::size_t max_depth = 16;
  static constexpr std::size_t max_component = 128;
  static constexpr std::size_t max_length = 512;

  /// The delegated root.
  CgroupPath() = default;

  /// invalid_argument with the offending part named. "" and "/" are refused here: users cannot name the root.
  static Result<CgroupPath> parse(std::string_view text);

  /// One more component below this one; the same rules as parse().
  Result<CgroupPath> child(std::string_view component) const;

  bool is_root() const { return text_.empty(); }
  const std::string& str() const { return text_; }
  /// The last component; empty for the root.
  std::string_view name() const;
  /// The path above; the root's parent is the root.
  CgroupPath parent() const;
  /// From the delegated root (first) down to the parent (last); empty for the root.
  std::vector<CgroupPath> ancestors() const;
  std::size_t depth() const;
  /// True when `other` is this cgroup or lies beneath it.
  bool contains(const CgroupPath& other) const;

  friend auto operator<=>(const CgroupPath&, const CgroupPath&) = default;

 private:
  explicit CgroupPath(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace cgroupd
