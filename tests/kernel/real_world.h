// The real kernel as a World: our own delegated cgroup, and real processes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "cgroupfs/real_kernel.h"
#include "kernel/contract/contract.h"

namespace cgroupd::contract {

/// The delegated root of this run: $CGROUPD_ROOT, or else the cgroup this process was started in, after it has moved
/// itself out of the way into a leaf (no internal processes). Hands down every controller there is. Called once, by
/// main.
Result<std::string> claim_root();

class RealWorld final : public World {
 public:
  explicit RealWorld(const std::string& root);
  ~RealWorld() override;
  RealWorld(const RealWorld&) = delete;
  RealWorld& operator=(const RealWorld&) = delete;
  RealWorld(RealWorld&&) = delete;
  RealWorld& operator=(RealWorld&&) = delete;

  Kernel& kernel() override { return *kernel_; }
  std::uint64_t start() override;
  bool is_alive(std::uint64_t pid) override;
  void end(std::uint64_t pid) override;
  std::optional<Device> disk() override;

  /// A child that runs `work` as soon as it is in `cgroup`, and ends with its result.
  std::uint64_t start_in(const CgroupPath& cgroup, const std::function<int()>& work);
  /// What wait(2) says of a child, once it has ended.
  int wait_for(std::uint64_t pid);

 private:
  std::unique_ptr<RealKernel> kernel_;
  std::vector<pid_t> children_;
};

/// The root that claim_root() found.
const std::string& root_under_test();

}  // namespace cgroupd::contract
