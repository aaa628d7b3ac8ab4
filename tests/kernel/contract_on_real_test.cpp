// The kernel contract on the kernel that runs.
#include "kernel/contract/contract.h"
#include "kernel/real_world.h"

namespace cgroupd::contract {

namespace {

const auto worlds = testing::Values(
    WorldUnderTest{.name = "Real", .make = [] { return std::make_unique<RealWorld>(root_under_test()); }});

}  // namespace

CGROUPD_CONTRACT(worlds);

}  // namespace cgroupd::contract
