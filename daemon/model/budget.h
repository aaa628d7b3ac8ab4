// What a user may have altogether, and whether a change stays within it. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/cgroup_path.h"
#include "model/limit_value.h"
#include "model/result.h"

namespace cgroupd {

/// What is shared out.
enum class Resource : std::size_t { memory, cpus, pids };
inline constexpr std::array all_resources = {Resource::memory, Resource::cpus, Resource::pids};

/// The limit that bounds a resource.
const Limit& limit_of_resource(Resource resource);
/// The amount in the unit of budgets: bytes, millionths of a CPU (rounded up), processes.
Amount amount_of(Resource resource, const Value& value);

/// An amount for each resource.
using Amounts = std::array<Amount, all_resources.size()>;

/// A [budget USER|@GROUP] section. What is not named is not bounded.
struct Budget {
  std::string whose;  ///< "eve", "@staff"
  std::array<std::optional<std::uint64_t>, all_resources.size()> most = {};
  std::optional<std::uint64_t> cgroups = {};  ///< how many, nested ones too
  std::optional<std::uint64_t> depth = {};    ///< how deep below the delegated root
  std::uint64_t over_commit_percent = 100;    ///< what all together may be promised, of `most`
  friend bool operator==(const Budget&, const Budget&) = default;
};

/// A cgroup that counts against a budget, with its limits.
struct Claim {
  CgroupPath cgroup;
  Amounts limits = {};
};

/// Whether the owners of `before` may come to `after`. Only what is at the top counts, as a cgroup bounds what is below
/// it: together at most `most` times the over-commit, each alone at most `most`. What makes nothing worse is always
/// allowed, even beyond a budget that has shrunk. limit_exceeded says who holds what.
Result<void> check_budget(const Budget& budget, const std::vector<Claim>& before, const std::vector<Claim>& after);

/// "eve: memory 300M of 1G; …" for cgctl and the journal.
std::string print_amount(Resource resource, const Amount& amount);

}  // namespace cgroupd
