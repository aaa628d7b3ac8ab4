// The kernel contract on the fake kernel: as either Debian kernel, and as a user without cpuset and io.
#include "kernel/contract/contract.h"
#include "support/fake_kernel.h"

namespace cgroupd::contract {
namespace {

class FakeWorld final : public World {
 public:
  explicit FakeWorld(const fake::Host& host) : kernel_(host), has_disk_(!host.devices.empty()) {
    for (const auto& controller : host.controllers)
      kernel_.write_as_other(CgroupPath(), "cgroup.subtree_control", "+" + controller);
    outside_ = CgroupPath::parse("outside").value();
    EXPECT_OK(kernel_.make(outside_));
  }
  Kernel& kernel() override { return kernel_; }
  std::uint64_t start() override { return kernel_.start(outside_).value(); }
  bool is_alive(std::uint64_t pid) override { return kernel_.is_alive(pid); }
  void end(std::uint64_t pid) override { kernel_.end(pid); }
  std::optional<Device> disk() override {
    return has_disk_ ? std::optional(Device{.major = 8, .minor = 0}) : std::nullopt;
  }

 private:
  FakeKernel kernel_;
  CgroupPath outside_;
  bool has_disk_;
};

WorldUnderTest fake_world(std::string name, const fake::Host& host) {
  return {.name = std::move(name), .make = [host] { return std::make_unique<FakeWorld>(host); }};
}

const auto worlds = testing::Values(
    fake_world("Fake6_1", {.release = fake::Release::v6_1}), fake_world("Fake6_12", {.release = fake::Release::v6_12}),
    fake_world("FakeRootless", {.controllers = {"cpu", "memory", "pids"}, .swap_accounting = false}),
    fake_world("FakeCloud", {.release = fake::Release::v6_12, .io_cost = false}),
    fake_world("FakeWithoutIoCost", {.io_weight = false, .io_cost = false}));

}  // namespace

CGROUPD_CONTRACT(worlds);

}  // namespace cgroupd::contract
