// Controllers come from above; processes and domain controllers exclude each other.
#include <cerrno>

#include "kernel/contract/contract.h"

namespace cgroupd::contract {

TEST_P(AController, ReachesAChildOnlyWhenItsParentHandsItDown) {
  const auto child = make(web_, "child");
  EXPECT_EQ(text(child, "cgroup.controllers"), "");
  EXPECT_EQ(read_error(child, "memory.max"), ENOENT);
  EXPECT_EQ(write_error(child, "memory.max", "64M"), ENOENT);
  ASSERT_OK(write(web_, "cgroup.subtree_control", "+memory"));
  EXPECT_EQ(text(child, "cgroup.controllers"), "memory");
  EXPECT_EQ(text(child, "memory.max"), "max");
}

TEST_P(AController, IsReadBackFromSubtreeControl) {
  EXPECT_EQ(write(web_, "cgroup.subtree_control", "+pids +memory").value(), "memory pids\n");
  EXPECT_EQ(write(web_, "cgroup.subtree_control", "-memory").value(), "pids\n");
}

TEST_P(AController, IsInvalidWhenUnknown) {
  EXPECT_EQ(write_error(web_, "cgroup.subtree_control", "+bogus"), EINVAL);
  EXPECT_EQ(write_error(web_, "cgroup.subtree_control", "memory"), EINVAL);
}

TEST_P(AController, IsNotFoundWhenNotHandedDown) {
  const auto child = make(web_, "child");
  EXPECT_EQ(write_error(child, "cgroup.subtree_control", "+memory"), ENOENT);
}

TEST_P(AController, IsEnabledWithAllOthersOfOneWriteOrNotAtAll) {
  const auto child = make(web_, "child");
  ASSERT_OK(write(web_, "cgroup.subtree_control", "+pids"));
  EXPECT_EQ(write_error(child, "cgroup.subtree_control", "+pids +memory"), ENOENT);
  EXPECT_EQ(text(child, "cgroup.subtree_control"), "");
}

TEST_P(AController, CannotBeTakenFromACgroupThatHandsItOn) {
  const auto child = make(web_, "child");
  ASSERT_OK(write(web_, "cgroup.subtree_control", "+pids"));
  ASSERT_OK(write(child, "cgroup.subtree_control", "+pids"));
  EXPECT_EQ(write_error(web_, "cgroup.subtree_control", "-pids"), EBUSY);
  EXPECT_TRUE(failed_with(write(web_, "cgroup.subtree_control", "-pids"), ErrorCode::busy));
}

TEST_P(AController, ForgetsTheChildrensLimitsWhenTurnedOffAndOn) {
  ASSERT_OK(write(web_, "memory.max", "34603008"));
  ASSERT_OK(write(web_, "pids.max", "20"));
  ASSERT_OK(write(top_, "cgroup.subtree_control", "-memory -pids"));
  EXPECT_EQ(read_error(web_, "memory.max"), ENOENT);
  ASSERT_OK(write(top_, "cgroup.subtree_control", "+memory +pids"));
  EXPECT_EQ(text(web_, "memory.max"), "max");
  EXPECT_EQ(text(web_, "pids.max"), "max");
}

TEST_P(AController, OfADomainIsRefusedWhereProcessesAre) {
  start_in(web_);
  EXPECT_EQ(write_error(web_, "cgroup.subtree_control", "+memory"), EBUSY);
  EXPECT_EQ(text(web_, "cgroup.subtree_control"), "");
}

TEST_P(AController, OfADomainKeepsProcessesOut) {
  make(web_, "child");
  ASSERT_OK(write(web_, "cgroup.subtree_control", "+memory"));
  const auto pid = world().start();
  EXPECT_EQ(write_error(web_, "cgroup.procs", std::to_string(pid)), EBUSY);
  world().end(pid);
}

TEST_P(AThreadedDomain, ComesOfAThreadedControllerWhereProcessesAre) {
  ASSERT_EQ(text(web_, "cgroup.type"), "domain");
  start_in(web_);
  ASSERT_OK(write(web_, "cgroup.subtree_control", "+pids"));
  EXPECT_EQ(text(web_, "cgroup.type"), "domain threaded");
}

TEST_P(AThreadedDomain, TakesNoDomainController) {
  start_in(web_);
  ASSERT_OK(write(web_, "cgroup.subtree_control", "+pids"));
  EXPECT_EQ(write_error(web_, "cgroup.subtree_control", "+memory"), EOPNOTSUPP);
}

TEST_P(AThreadedDomain, HasInvalidChildrenThatNothingCanEnter) {
  const auto child = make(web_, "child");
  start_in(web_);
  ASSERT_OK(write(web_, "cgroup.subtree_control", "+pids"));
  EXPECT_EQ(text(child, "cgroup.type"), "domain invalid");
  const auto pid = world().start();
  EXPECT_EQ(write_error(child, "cgroup.procs", std::to_string(pid)), EOPNOTSUPP);
  world().end(pid);
}

TEST_P(AThreadedDomain, HasThreadedChildrenThatCannotBeListedOrKilled) {
  const auto child = make(web_, "child");
  ASSERT_OK(write(child, "cgroup.type", "threaded"));
  EXPECT_EQ(text(child, "cgroup.type"), "threaded");
  EXPECT_EQ(text(web_, "cgroup.type"), "domain threaded");
  EXPECT_EQ(read_error(child, "cgroup.procs"), EOPNOTSUPP);
  EXPECT_EQ(write_error(child, "cgroup.kill", "1"), EOPNOTSUPP);
}

TEST_P(AThreadedDomain, IsNoWayBack) {
  const auto child = make(web_, "child");
  ASSERT_OK(write(child, "cgroup.type", "threaded"));
  EXPECT_EQ(write_error(child, "cgroup.type", "domain"), EINVAL);
}

}  // namespace cgroupd::contract
