// Whose a cgroup was: those that are made again, in a new tree, belong to whom they belonged.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "model/cgroup_path.h"
#include "store/store.h"

namespace cgroupd {

/// Read from the history, once for all cgroups: a history is long.
class LastMakers {
 public:
  /// `store` must outlive this object.
  explicit LastMakers(Store& store) : store_(store) {}

  /// Who made the last cgroup of that name, as far as the history goes back; 0 is root, or nobody.
  std::optional<std::uint32_t> of(const CgroupPath& cgroup);
  /// What was made since is not in it: to be read anew.
  void forget() { all_.reset(); }

 private:
  using All = std::map<CgroupPath, std::uint32_t>;
  All read();

  Store& store_;
  std::optional<All> all_;
};

}  // namespace cgroupd
