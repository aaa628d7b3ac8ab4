// cgroupd-tree: holds the delegated subtree while the daemon comes and goes. It waits in the leaf `supervisor`, so that
// the root has no process of its own and may hand controllers down (cgroup-v2.rst, "No Internal Process Constraint").
#include <cstdio>
#include <cstdlib>
#include <string>

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "cgroupfs/hierarchy.h"
#include "cgroupfs/real_kernel.h"

int main() {
  const auto complain = [](const cgroupd::Error& error) {
    std::fprintf(stderr, "cgroupd-tree: %s\n", error.text().c_str());
    return EXIT_FAILURE;
  };
  const auto root = cgroupd::cgroup_of_process();
  if (!root) return complain(root.error());
  const auto kernel = cgroupd::RealKernel::open(*root, 0);
  if (!kernel) return complain(kernel.error());
  const auto leaf = cgroupd::CgroupPath().child("supervisor");
  if (!leaf) return complain(leaf.error());
  if (auto ok = (*kernel)->make(*leaf); !ok && ok.error().code != cgroupd::ErrorCode::already_exists)
    return complain(ok.error());
  if (auto ok = (*kernel)->write(*leaf, "cgroup.procs", std::to_string(::getpid())); !ok) return complain(ok.error());
  sd_notify(1, "READY=1");
  while (true) ::pause();
}
