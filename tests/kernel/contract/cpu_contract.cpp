// cpu.*: quota, period, burst, weight and idle.
#include <cerrno>

#include "kernel/contract/contract.h"

namespace cgroupd::contract {

TEST_P(ACpuLimit, IsAQuotaAndAPeriod) {
  EXPECT_EQ(text(web_, "cpu.max"), "max 100000");
  EXPECT_EQ(write(web_, "cpu.max", "50000 100000").value(), "50000 100000\n");
  EXPECT_EQ(write(web_, "cpu.max", "150000 200000").value(), "150000 200000\n");
}

TEST_P(ACpuLimit, KeepsThePeriodWhenGivenAQuotaAlone) {
  ASSERT_OK(write(web_, "cpu.max", "50000 200000"));
  EXPECT_EQ(write(web_, "cpu.max", "60000").value(), "60000 200000\n");
  EXPECT_EQ(write(web_, "cpu.max", "max").value(), "max 200000\n");
  EXPECT_EQ(write(web_, "cpu.max", "max 50000").value(), "max 50000\n");
}

TEST_P(ACpuLimit, TakesTheWholeRange) {
  for (const auto* const good : {"1000 1000", "1000 1000000", "1000000 1000000", "8192000000 1000000"}) {
    EXPECT_EQ(write(web_, "cpu.max", good).value_or("refused"), std::string(good) + "\n");
  }
}

TEST_P(ACpuLimit, RefusesWhatIsOutOfRangeAndKeepsItsValue) {
  ASSERT_OK(write(web_, "cpu.max", "50000 100000"));
  for (const auto* const wrong :
       {"999 100000", "0 100000", "50000 999", "50000 1000001", "50000 0", "abc", " ", "-1 100000", "maximum"}) {
    EXPECT_EQ(write_error(web_, "cpu.max", wrong), EINVAL) << '"' << wrong << '"';
    EXPECT_EQ(text(web_, "cpu.max"), "50000 100000") << '"' << wrong << '"';
  }
}

TEST_P(ACpuLimit, MayBeMoreThanTheParents) {
  ASSERT_OK(write(web_, "cgroup.subtree_control", "+cpu"));
  const auto child = make(web_, "child");
  ASSERT_OK(write(web_, "cpu.max", "50000 100000"));
  EXPECT_EQ(write(child, "cpu.max", "200000 100000").value(), "200000 100000\n");
}

TEST_P(ACpuLimit, HasABurstWithinTheQuotaAtEveryMoment) {
  ASSERT_OK(write(web_, "cpu.max", "50000 100000"));
  EXPECT_EQ(write_error(web_, "cpu.max.burst", "50001"), EINVAL);
  EXPECT_EQ(write(web_, "cpu.max.burst", "50000").value(), "50000\n");
  EXPECT_EQ(write_error(web_, "cpu.max", "40000"), EINVAL);
  EXPECT_EQ(text(web_, "cpu.max"), "50000 100000");
  ASSERT_OK(write(web_, "cpu.max.burst", "40000"));
  EXPECT_OK(write(web_, "cpu.max", "40000"));
}

TEST_P(ACpuLimit, HasAnyBurstWhileThereIsNoQuota) {
  EXPECT_EQ(write(web_, "cpu.max.burst", "700000").value(), "700000\n");
  EXPECT_EQ(write_error(web_, "cpu.max", "50000 100000"), EINVAL);
}

TEST_P(ACpuLimit, CountsUseEvenWithoutTheController) {
  const auto child = make(web_, "child");
  for (const auto* const key : {"usage_usec", "user_usec", "system_usec"}) {
    EXPECT_EQ(number(child, "cpu.stat", key), 0U) << key;
    EXPECT_TRUE(number(web_, "cpu.stat", key)) << key;
  }
  EXPECT_FALSE(number(child, "cpu.stat", "nr_throttled"));
  EXPECT_EQ(number(web_, "cpu.stat", "nr_throttled"), 0U);
  EXPECT_EQ(has_file(web_, "cpu.stat.local"), is_6_12());
}

TEST_P(ACpuWeight, IsReadBackOverItsWholeRange) {
  for (const auto* const weight : {"1", "2", "99", "100", "101", "777", "9999", "10000"}) {
    EXPECT_EQ(write(web_, "cpu.weight", weight).value(), std::string(weight) + "\n");
  }
}

TEST_P(ACpuWeight, IsRefusedOutOfRange) {
  ASSERT_OK(write(web_, "cpu.weight", "200"));
  for (const auto* const wrong : {"0", "10001", "99999999999999999999"})
    EXPECT_EQ(write_error(web_, "cpu.weight", wrong), ERANGE) << wrong;
  for (const auto* const wrong : {"abc", "-1", "1.5", " ", "max"})
    EXPECT_EQ(write_error(web_, "cpu.weight", wrong), EINVAL) << '"' << wrong << '"';
  EXPECT_EQ(text(web_, "cpu.weight"), "200");
}

TEST_P(ACpuWeight, CannotBeSetWhileIdle) {
  ASSERT_OK(write(web_, "cpu.idle", "1"));
  EXPECT_EQ(write_error(web_, "cpu.weight", "200"), EINVAL);
  EXPECT_EQ(text(web_, "cpu.weight"), is_6_12() ? "1" : "0");
}

TEST_P(ACpuWeight, IsForgottenByBeingIdle) {
  ASSERT_OK(write(web_, "cpu.weight", "200"));
  ASSERT_OK(write(web_, "cpu.idle", "1"));
  EXPECT_EQ(write(web_, "cpu.idle", "0").value(), "0\n");
  EXPECT_EQ(text(web_, "cpu.weight"), "100");
}

TEST_P(ACpuWeight, StaysWhenIdleIsSetToWhatItIs) {
  ASSERT_OK(write(web_, "cpu.weight", "200"));
  ASSERT_OK(write(web_, "cpu.idle", "0"));
  EXPECT_EQ(text(web_, "cpu.weight"), "200");
}

TEST_P(ACpuWeight, KnowsNoOtherIdleThanOnAndOff) {
  for (const auto* const wrong : {"2", "-1", "yes", " "})
    EXPECT_EQ(write_error(web_, "cpu.idle", wrong), EINVAL) << '"' << wrong << '"';
}

}  // namespace cgroupd::contract
