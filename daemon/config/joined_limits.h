// The limits of one section ([defaults], [profile NAME], [cgroup NAME]), joined over several files.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/limit_change.h"
#include "model/limits.h"
#include "model/result.h"

namespace cgroupd {

/// Collects what the files say. In one file, two keys may speak about parts of one limit (cpus, cpu-period) but not
/// contradict each other (cpus, cpu-quota); what a later file says replaces what earlier ones said about the same part.
class JoinedLimits {
 public:
  /// `key` is a flag name from the limit table without dashes ("memory", "cpus") or an interface file ("memory.max").
  /// `file` counts the files in the order in which they apply. Nothing is added when this fails.
  Result<void> add(std::size_t file, std::string_view key, std::string_view value);

  /// Everything that was added and still stands.
  Changes changes() const;

 private:
  struct Wish {
    std::size_t file;
    const Limit* limit;
    FlagPart part;
    Change change;
    std::string key;
  };
  std::vector<Wish> wishes_;
};

}  // namespace cgroupd
