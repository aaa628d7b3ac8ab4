// A plan is carried out whole or taken back whole, and says what went wrong.
#include "core/executor.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "cgroupfs/limit_file.h"
#include "support/fake_kernel.h"
#include "support/named.h"
#include "support/results.h"

namespace cgroupd {
namespace {

class AnExecutor : public testing::Test {
 protected:
  AnExecutor() {
    for (const auto* const controller : {"cpu", "memory", "pids", "io"}) {
      kernel_.write_as_other(CgroupPath(), "cgroup.subtree_control", std::string("+") + controller);
    }
    web_ = kernel_.given("web");
  }
  Plan plan(std::initializer_list<std::pair<std::string_view, std::string_view>> wanted) {
    Target target{.cgroup = web_, .in_force = {}, .wanted = {}, .in_use = {}};
    for (const auto& limit : all_limits()) {
      if (const auto value = read_limit(kernel_, web_, limit)) target.in_force[&limit] = *value;
    }
    for (const auto& [file, text] : wanted)
      target.wanted[find_limit(file)] = parse_value(*find_limit(file), text).value();
    target.in_use.memory_bytes = std::stoull(kernel_.text_of(web_, "memory.current"));
    kernel_.forget_accesses();
    return make_plan({target}).value();
  }
  FakeKernel kernel_;
  CgroupPath web_;
};

}  // namespace

TEST_F(AnExecutor, WritesEachFileOnceInPlanOrder) {
  const auto steps = plan({{"memory.max", "67108864"}, {"pids.max", "20"}, {"cpu.max", "50000 100000"}});
  ASSERT_OK(execute(kernel_, steps, {}));
  const auto writes = kernel_.writes();
  ASSERT_EQ(writes.size(), 3U);
  for (std::size_t i = 0; i < writes.size(); ++i) EXPECT_EQ(writes[i].file, steps[i].limit->file);
}

TEST_F(AnExecutor, AnswersWhatIsInForceNotWhatWasAsked) {
  const auto in_force = execute(kernel_, plan({{"memory.max", "5000000"}}), {});
  ASSERT_OK(in_force);
  EXPECT_EQ(print_value(in_force->front()), "4997120");
}

TEST_F(AnExecutor, TakesEverythingBackWhenAStepFails) {
  ASSERT_OK(execute(kernel_, plan({{"pids.max", "10"}}), {}));
  const auto steps = plan({{"memory.max", "67108864"}, {"pids.max", "20"}, {"cpu.max", "50000 100000"}});
  kernel_.fail_next(web_, steps.back().limit->file, EIO);
  const auto failed = execute(kernel_, steps, {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().errno_value, EIO);
  EXPECT_EQ(kernel_.text_of(web_, "memory.max"), "max");
  EXPECT_EQ(kernel_.text_of(web_, "pids.max"), "10");
  EXPECT_EQ(kernel_.text_of(web_, "cpu.max"), "max 100000");
}

TEST_F(AnExecutor, SaysWhatItCouldNotTakeBack) {
  const auto steps = plan({{"pids.max", "20"}, {"cpu.weight", "300"}});
  kernel_.fail_next(web_, steps[1].limit->file, EIO);
  int seen = 0;
  kernel_.before_each_write([&](const KernelAccess& write) {
    if (write.file == steps[0].limit->file && ++seen == 2) kernel_.fail_next(web_, write.file, EACCES);
  });
  const auto failed = execute(kernel_, steps, {});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find(std::string(steps[0].limit->file) + " could not be put back"),
            std::string::npos)
      << failed.error().text();
}

TEST_F(AnExecutor, BringsTheWeightBackThatIdleTookAway) {
  const auto other = kernel_.given("other");
  kernel_.write_as_other(web_, "cpu.weight", "300");
  auto steps = plan({{"cpu.idle", "1"}});
  steps.push_back(steps.front());
  steps.back().cgroup = other;
  kernel_.fail_next(other, "cpu.idle", EIO);
  ASSERT_FALSE(execute(kernel_, steps, {}));
  EXPECT_EQ(kernel_.text_of(web_, "cpu.idle"), "0");
  EXPECT_EQ(kernel_.text_of(web_, "cpu.weight"), "300");
}

TEST_F(AnExecutor, TakesPartlyWrittenDevicesBack) {
  kernel_.write_as_other(web_, "io.max", "8:0 rbps=7");
  const auto steps =
      plan({{"io.max", "8:0 rbps=9 wbps=max riops=max wiops=max, 8:16 rbps=9 wbps=max riops=max wiops=max"}});
  kernel_.fail_write(2, EIO);
  ASSERT_FALSE(execute(kernel_, steps, {}));
  EXPECT_EQ(kernel_.text_of(web_, "io.max"), "8:0 rbps=7 wbps=max riops=max wiops=max");
}

TEST_F(AnExecutor, NamesTheDeviceThatIsNotThere) {
  const auto failed = execute(kernel_, plan({{"io.max", "300:7 rbps=9 wbps=max riops=max wiops=max"}}), {});
  ASSERT_TRUE(failed_with(failed, ErrorCode::invalid_argument));
  EXPECT_NE(failed.error().message.find("300:7"), std::string::npos) << failed.error().text();
}

TEST_F(AnExecutor, NamesTheCgroupThatIsGone) {
  const auto steps = plan({{"pids.max", "20"}});
  ASSERT_OK(kernel_.remove(web_));
  EXPECT_TRUE(failed_with(execute(kernel_, steps, {}), ErrorCode::not_found));
}

TEST_F(AnExecutor, NamesTheControllerThatWasSwitchedOff) {
  const auto steps = plan({{"pids.max", "20"}});
  ASSERT_EQ(kernel_.write_as_other(CgroupPath(), "cgroup.subtree_control", "-pids"), 0);
  const auto failed = execute(kernel_, steps, {});
  ASSERT_TRUE(failed_with(failed, ErrorCode::not_delegated));
  EXPECT_NE(failed.error().message.find("pids"), std::string::npos) << failed.error().text();
}

TEST_F(AnExecutor, KillsNothingUnlessForced) {
  const auto pid = kernel_.start(web_).value();
  kernel_.use_memory(web_, 64 * mebibyte);
  const auto refused = execute(kernel_, plan({{"memory.max", "16777216"}, {"pids.max", "20"}}), {});
  EXPECT_FALSE(refused);
  EXPECT_TRUE(kernel_.is_alive(pid));
  EXPECT_EQ(kernel_.text_of(web_, "memory.max"), "max");
  EXPECT_EQ(kernel_.text_of(web_, "memory.high"), "max");
  EXPECT_EQ(kernel_.text_of(web_, "pids.max"), "max");
  EXPECT_OK(execute(kernel_, plan({{"memory.max", "16777216"}}), {.force = true}));
  EXPECT_FALSE(kernel_.is_alive(pid));
}

TEST_F(AnExecutor, SqueezesCacheOutBeforeItLowersTheLimit) {
  const auto pid = kernel_.start(web_).value();
  kernel_.use_memory(web_, 64 * mebibyte, 60 * mebibyte);
  EXPECT_OK(execute(kernel_, plan({{"memory.max", "16777216"}}), {}));
  EXPECT_TRUE(kernel_.is_alive(pid));
  EXPECT_EQ(kernel_.text_of(web_, "memory.max"), "16777216");
  EXPECT_EQ(kernel_.text_of(web_, "memory.high"), "max");
  EXPECT_TRUE(kernel_.text_of(web_, "memory.events").find("oom 0") != std::string::npos);
}

}  // namespace cgroupd
