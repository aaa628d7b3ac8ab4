// The fake kernel beyond the contract: memory in use, counted events, injected failures, the record of accesses.
#include "support/fake_kernel.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "support/named.h"
#include "support/results.h"

namespace cgroupd {
namespace {

class AFakeKernel : public testing::Test {
 protected:
  AFakeKernel() {
    for (const auto* const controller : {"cpuset", "cpu", "io", "memory", "pids"}) {
      kernel_.write_as_other(CgroupPath(), "cgroup.subtree_control", std::string("+") + controller);
    }
    parent_ = kernel_.given("parent");
    web_ = kernel_.given("parent/web");
  }
  FakeKernel kernel_;
  CgroupPath parent_, web_;
};

}  // namespace

TEST_F(AFakeKernel, ReclaimsCacheBeforeItKills) {
  const auto pid = kernel_.start(web_).value();
  kernel_.use_memory(web_, 64 * mebibyte, 48 * mebibyte);
  ASSERT_OK(kernel_.write(web_, "memory.max", "32M"));
  EXPECT_TRUE(kernel_.is_alive(pid));
  EXPECT_EQ(kernel_.text_of(web_, "memory.current"), std::to_string(32 * mebibyte));
  ASSERT_OK(kernel_.write(web_, "memory.max", "8M"));
  EXPECT_FALSE(kernel_.is_alive(pid));
  EXPECT_EQ(kernel_.text_of(web_, "memory.events.local"), "low 0\nhigh 0\nmax 1\noom 1\noom_kill 1\noom_group_kill 0");
}

TEST_F(AFakeKernel, TakesCacheButNoLifeForMemoryHigh) {
  const auto pid = kernel_.start(web_).value();
  kernel_.use_memory(web_, 64 * mebibyte, 48 * mebibyte);
  ASSERT_OK(kernel_.write(web_, "memory.high", "8M"));
  EXPECT_TRUE(kernel_.is_alive(pid));
  EXPECT_EQ(kernel_.text_of(web_, "memory.current"), std::to_string(16 * mebibyte));
}

// As seen on 6.1 and 6.12: the limiter counts max and oom, the victim oom_kill.
TEST_F(AFakeKernel, TellsTheLimiterFromTheVictim) {
  ASSERT_OK(kernel_.write(parent_, "memory.max", "16M"));
  kernel_.start(web_);
  kernel_.use_memory(web_, 64 * mebibyte);
  EXPECT_EQ(kernel_.text_of(parent_, "memory.events.local"),
            "low 0\nhigh 0\nmax 1\noom 1\noom_kill 0\noom_group_kill 0");
  EXPECT_EQ(kernel_.text_of(web_, "memory.events.local"), "low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\noom_group_kill 0");
  EXPECT_EQ(kernel_.text_of(parent_, "memory.events"), "low 0\nhigh 0\nmax 1\noom 1\noom_kill 1\noom_group_kill 0");
}

TEST_F(AFakeKernel, KillsAGroupAsOne) {
  const auto hog = kernel_.start(web_).value();
  const auto friend_of_hog = kernel_.start(web_).value();
  ASSERT_OK(kernel_.write(web_, "memory.oom.group", "1"));
  ASSERT_OK(kernel_.write(web_, "memory.max", "16M"));
  kernel_.use_memory(web_, 64 * mebibyte);
  EXPECT_FALSE(kernel_.is_alive(hog));
  EXPECT_FALSE(kernel_.is_alive(friend_of_hog));
  EXPECT_EQ(kernel_.text_of(web_, "memory.events.local"), "low 0\nhigh 0\nmax 1\noom 1\noom_kill 2\noom_group_kill 1");
}

TEST_F(AFakeKernel, LeavesMemoryWhereItWasUsedWhenAProcessMoves) {
  const auto pid = kernel_.start(web_).value();
  kernel_.use_memory(web_, 64 * mebibyte);
  ASSERT_OK(kernel_.write(kernel_.given("other"), "cgroup.procs", std::to_string(pid)));
  EXPECT_EQ(kernel_.text_of(web_, "memory.current"), std::to_string(64 * mebibyte));
}

TEST_F(AFakeKernel, RefusesAForkWhereItsReleaseCountsIt) {
  ASSERT_OK(kernel_.write(parent_, "pids.max", "1"));
  EXPECT_TRUE(kernel_.start(web_));
  EXPECT_FALSE(kernel_.start(web_));
  EXPECT_EQ(kernel_.text_of(web_, "pids.events"), "max 1");
  EXPECT_EQ(kernel_.text_of(parent_, "pids.events"), "max 0");
}

TEST_F(AFakeKernel, FailsWhereATestWantsItToAndChangesNothing) {
  kernel_.fail_next(web_, "pids.max", EIO);
  EXPECT_OK(kernel_.write(web_, "memory.max", "64M"));
  EXPECT_TRUE(failed_with_errno(kernel_.write(web_, "pids.max", "20"), EIO));
  EXPECT_EQ(kernel_.text_of(web_, "pids.max"), "max");
  EXPECT_OK(kernel_.write(web_, "pids.max", "20"));
  kernel_.fail_write(2, ENOSPC);
  EXPECT_OK(kernel_.write(web_, "pids.max", "21"));
  EXPECT_TRUE(failed_with_errno(kernel_.make(kernel_.given("parent").child("new").value()), ENOSPC));
  kernel_.fail_next_read(web_, "pids.max", ENODEV);
  EXPECT_TRUE(failed_with_errno(kernel_.read(web_, "pids.max"), ENODEV));
  EXPECT_OK(kernel_.read(web_, "pids.max"));
}

TEST_F(AFakeKernel, WritesDownWhatItIsAskedButNotWhatOthersDo) {
  kernel_.forget_accesses();
  kernel_.write_as_other(web_, "pids.max", "7");
  EXPECT_EQ(kernel_.text_of(web_, "pids.max"), "7");
  EXPECT_TRUE(kernel_.accesses().empty());
  EXPECT_OK(kernel_.read(web_, "pids.max"));
  EXPECT_OK(kernel_.write(web_, "pids.max", "20"));
  EXPECT_EQ(kernel_.accesses(), (std::vector<KernelAccess>{{Op::read, "parent/web", "pids.max", ""},
                                                           {Op::write, "parent/web", "pids.max", "20"}}));
  EXPECT_EQ(kernel_.writes().size(), 1U);
}

TEST_F(AFakeKernel, LetsAnotherWriterInBetween) {
  kernel_.before_each_write([&](const KernelAccess& write) {
    if (write.file == "cpu.max") kernel_.write_as_other(web_, "cpu.max.burst", "70000");
  });
  EXPECT_TRUE(failed_with_errno(kernel_.write(web_, "cpu.max", "50000 100000"), EINVAL));
}

TEST_F(AFakeKernel, KeepsTheLimitsOfItsRootForTheLevelAbove) {
  EXPECT_TRUE(failed_with(kernel_.write(CgroupPath(), "memory.max", "64M"), ErrorCode::not_authorized));
  EXPECT_EQ(kernel_.write_above(1, "pids.max", "50"), 0);
  EXPECT_EQ(kernel_.read_above(1, "pids.max").value(), "50\n");
  EXPECT_TRUE(failed_with(kernel_.read_above(5, "pids.max"), ErrorCode::out_of_range));
}

TEST_F(AFakeKernel, CountsCpuTimeUpwards) {
  kernel_.count_cpu(web_, "usage_usec", 500);
  EXPECT_TRUE(kernel_.text_of(parent_, "cpu.stat").starts_with("usage_usec 500\n"));
}

}  // namespace cgroupd
