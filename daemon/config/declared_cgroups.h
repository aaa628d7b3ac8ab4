// Declarative files: [cgroup NAME] sections, of cgroups.d and of cgctl apply -f.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "config/config_fault.h"
#include "config/config_files.h"
#include "model/cgroup_path.h"
#include "model/desired.h"
#include "model/limit_change.h"

namespace cgroupd {

/// One [cgroup NAME].
struct DeclaredCgroup {
  CgroupPath name;
  Changes limits = {};
  std::optional<std::string> profile = {};  ///< a [profile NAME] of cgroupd.conf, which `limits` override
  std::optional<DriftPolicy> drift = {};
  std::optional<OnMissing> on_missing = {};
  friend bool operator==(const DeclaredCgroup&, const DeclaredCgroup&) = default;
};

/// Parents before children, each name once.
using DeclaredCgroups = std::vector<DeclaredCgroup>;
using DeclaredCgroupsResult = tl::expected<DeclaredCgroups, ConfigFaults>;

/// All or nothing: a file with any fault declares nothing, and every fault of every file is listed, with its line.
/// Sections of one cgroup in several files are joined: what a later file says about a limit wins; a name twice in one
/// file is a fault. Keys: the flags of the limit table, interface files, profile (not looked up here: the daemon knows
/// them), drift, on-missing. Pure.
DeclaredCgroupsResult parse_declared_cgroups(const ConfigFiles& files);

}  // namespace cgroupd
