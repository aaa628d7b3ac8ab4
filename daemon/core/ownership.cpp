// One mark.
#include "core/ownership.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>

#include "cgroupfs/formats.h"
#include "core/tree.h"

namespace cgroupd {
namespace {

constexpr const char* mark_name = "owner";

}  // namespace

std::optional<std::uint32_t> owner_of(Kernel& kernel, const CgroupPath& cgroup) {
  const auto text = kernel.mark(cgroup, mark_name);
  if (!text) return std::nullopt;
  const std::string mark = text->value_or("");
  std::uint32_t uid = 0;
  const auto [end, error] = std::from_chars(mark.data(), mark.data() + mark.size(), uid);
  return error == std::errc() && end == mark.data() + mark.size() ? std::optional(uid) : std::nullopt;
}

Standing standing_of(Kernel& kernel, std::uint32_t uid, std::vector<pid_t> pids) {
  constexpr std::size_t most_pids = 4096;
  if (pids.size() > most_pids) return Standing::elsewhere;
  std::ranges::sort(pids);
  const auto repeated = std::ranges::unique(pids);
  pids.erase(repeated.begin(), repeated.end());
  std::set<CgroupPath> own;  // with what is below them
  std::size_t found_in_own = 0;
  std::size_t found = 0;
  for (const auto& cgroup : walk(kernel, most_walked)) {
    const bool is_own = own.contains(cgroup.parent()) || owner_of(kernel, cgroup) == uid;
    if (is_own) own.insert(cgroup);
    const auto procs = kernel.read(cgroup, "cgroup.procs");
    if (!procs) continue;
    for (const auto pid : process_ids(*procs)) {
      if (!std::ranges::binary_search(pids, pid)) continue;
      ++found;
      found_in_own += is_own ? 1U : 0U;
    }
    if (found == pids.size()) break;
  }
  if (found < pids.size()) return Standing::elsewhere;
  return found_in_own == found ? Standing::own : Standing::managed;
}

Result<void> set_owner(Kernel& kernel, const CgroupPath& cgroup, std::uint32_t uid) {
  return kernel.set_mark(cgroup, mark_name, std::to_string(uid));
}

}  // namespace cgroupd
