// cpuset.* (kernel/cgroup/cpuset.c)
#include <algorithm>
#include <array>
#include <cerrno>

#include "support/fake/machine.h"
#include "support/fake/text.h"

namespace cgroupd::fake {
namespace {

using Ids = std::set<std::uint64_t>;

Ids up_to(std::uint64_t count) {
  Ids ids;
  for (std::uint64_t id = 0; id < count; ++id) ids.insert(id);
  return ids;
}

// What is asked for, cut down by every level above; a level left with nothing takes its parent's.
template <Ids Cpuset::*field, std::uint64_t Host::*count>
Ids effective(const Machine& machine, const Cgroup& cgroup) {
  if (cgroup.parent == nullptr) return up_to(machine.host.*count);
  const Ids above = effective<field, count>(machine, *cgroup.parent);
  Ids both;
  std::ranges::set_intersection(above, cgroup.cpuset.*field, std::inserter(both, both.begin()));
  return both.empty() ? above : both;
}

template <Ids Cpuset::*field>
Text read_ids(const Machine&, const Cgroup& cgroup) {
  return print_list(cgroup.cpuset.*field);
}

template <Ids Cpuset::*field, std::uint64_t Host::*count>
Text read_effective(const Machine& machine, const Cgroup& cgroup) {
  return print_list(effective<field, count>(machine, cgroup));
}

int write_cpus(Machine& machine, Cgroup& cgroup, std::string_view text) {
  const auto ids = parse_list(stripped(text), machine.host.cpus);
  if (!ids) return ids.error();
  cgroup.cpuset.cpus = *ids;
  return 0;
}

// Nodes the kernel could have (MAX_NUMNODES) but this machine lacks are EINVAL, not ERANGE.
int write_mems(Machine& machine, Cgroup& cgroup, std::string_view text) {
  constexpr std::uint64_t most_nodes = 1024;
  const auto ids = parse_list(stripped(text), most_nodes);
  if (!ids) return ids.error();
  if (!ids->empty() && *ids->rbegin() >= machine.host.memory_nodes) return EINVAL;
  cgroup.cpuset.mems = *ids;
  return 0;
}

Text read_partition(const Machine&, const Cgroup&) {
  return "member\n";
}

constexpr std::array files = {
    File{.name = "cpuset.cpus", .controller = "cpuset", .read = read_ids<&Cpuset::cpus>, .write = write_cpus},
    File{.name = "cpuset.mems", .controller = "cpuset", .read = read_ids<&Cpuset::mems>, .write = write_mems},
    File{.name = "cpuset.cpus.effective",
         .controller = "cpuset",
         .read = read_effective<&Cpuset::cpus, &Host::cpus>,
         .on_hierarchy_root = true},
    File{.name = "cpuset.mems.effective",
         .controller = "cpuset",
         .read = read_effective<&Cpuset::mems, &Host::memory_nodes>,
         .on_hierarchy_root = true},
    File{.name = "cpuset.cpus.partition", .controller = "cpuset", .read = read_partition},
};

}  // namespace

std::span<const File> cpuset_files() {
  return files;
}

}  // namespace cgroupd::fake
