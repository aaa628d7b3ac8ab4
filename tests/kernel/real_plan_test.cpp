// The executor on the real kernel: a whole change is in force, or nothing of it.
#include <unistd.h>

#include "cgroupfs/limit_file.h"
#include "core/executor.h"
#include "kernel/real_world.h"

namespace cgroupd::contract {
namespace {

class ARealChange : public testing::Test {
 protected:
  void SetUp() override {
    top_ = CgroupPath::parse("plan-" + std::to_string(::getpid())).value();
    web_ = top_.child("web").value();
    ASSERT_OK(kernel().make(top_));
    ASSERT_OK(kernel().write(top_, "cgroup.subtree_control", "+memory +pids +cpu"));
    ASSERT_OK(kernel().make(web_));
  }
  void TearDown() override {
    EXPECT_OK(kernel().remove(web_));
    EXPECT_OK(kernel().remove(top_));
  }
  Kernel& kernel() { return world_.kernel(); }
  std::string text(std::string_view file) { return kernel().read(web_, file).value(); }
  Target target(std::initializer_list<std::pair<std::string_view, std::string_view>> wanted) {
    Target target{.cgroup = web_, .in_force = {}, .wanted = {}, .in_use = {}};
    for (const auto& limit : all_limits()) {
      if (const auto value = read_limit(kernel(), web_, limit)) target.in_force[&limit] = *value;
    }
    for (const auto& [file, value] : wanted)
      target.wanted[find_limit(file)] = parse_value(*find_limit(file), value).value();
    return target;
  }

  RealWorld world_{root_under_test()};
  CgroupPath top_, web_;
};

}  // namespace

TEST_F(ARealChange, OfManyLimitsIsInForceAfterwards) {
  const auto plan = make_plan({target(
      {{"memory.max", "67108864"}, {"pids.max", "20"}, {"cpu.max", "50000 100000"}, {"cpu.max.burst", "20000"}})});
  ASSERT_OK(plan);
  ASSERT_OK(execute(kernel(), *plan, {}));
  EXPECT_EQ(text("memory.max"), "67108864\n");
  EXPECT_EQ(text("pids.max"), "20\n");
  EXPECT_EQ(text("cpu.max"), "50000 100000\n");
  EXPECT_EQ(text("cpu.max.burst"), "20000\n");
}

TEST_F(ARealChange, OfQuotaAndBurstGoesUpAndDownWithoutARefusal) {
  for (const auto& [quota, burst] :
       std::initializer_list<std::pair<const char*, const char*>>{{"50000 100000", "50000"},
                                                                  {"200000 100000", "150000"},
                                                                  {"10000 100000", "10000"},
                                                                  {"max 100000", "400000"},
                                                                  {"1000 1000", "0"}}) {
    const auto plan = make_plan({target({{"cpu.max", quota}, {"cpu.max.burst", burst}})});
    ASSERT_OK(plan);
    ASSERT_OK(execute(kernel(), *plan, {}));
    EXPECT_EQ(text("cpu.max"), std::string(quota) + "\n");
  }
}

TEST_F(ARealChange, LeavesNothingOfItselfWhenAStepIsRefused) {
  auto wishes = target({{"memory.max", "67108864"}, {"cpu.weight", "300"}, {"cpu.max", "50000 100000"}});
  auto plan = make_plan({wishes});
  ASSERT_OK(plan);
  plan->push_back(plan->back());
  plan->back().to = Value(Bandwidth{.quota_us = 999, .period_us = 100'000});  // the kernel's least is 1000
  EXPECT_FALSE(execute(kernel(), *plan, {}));
  EXPECT_EQ(text("memory.max"), "max\n");
  EXPECT_EQ(text("cpu.weight"), "100\n");
  EXPECT_EQ(text("cpu.max"), "max 100000\n");
}

TEST_F(ARealChange, ToIdleAndBackTakesTheWeightAlong) {
  ASSERT_OK(kernel().write(web_, "cpu.weight", "300"));
  ASSERT_OK(execute(kernel(), make_plan({target({{"cpu.idle", "1"}})}).value(), {}));
  auto back = target({{"cpu.idle", "0"}});
  back.remembered_weight = 300;
  ASSERT_OK(execute(kernel(), make_plan({back}).value(), {}));
  EXPECT_EQ(text("cpu.idle"), "0\n");
  EXPECT_EQ(text("cpu.weight"), "300\n");
}

TEST_F(ARealChange, OfSizesIsHeldInWholePages) {
  const auto plan = make_plan({target({{"memory.max", "5000000"}, {"memory.low", "1048577"}})});
  const auto in_force = execute(kernel(), plan.value(), {});
  ASSERT_OK(in_force);
  EXPECT_EQ(text("memory.max"), "4997120\n");
  EXPECT_EQ(text("memory.low"), "1048576\n");
}

}  // namespace cgroupd::contract
