// Processes in cgroups: entering, freezing, killing, being seen.
#include <cerrno>

#include "cgroupfs/formats.h"
#include "kernel/contract/contract.h"

namespace cgroupd::contract {

TEST_P(AProcess, IsListedWhereItWasMoved) {
  const auto pid = start_in(web_);
  EXPECT_EQ(text(web_, "cgroup.procs"), std::to_string(pid));
  EXPECT_EQ(text(web_, "pids.current"), "1");
}

TEST_P(AProcess, CanBeMovedFromOneCgroupToAnother) {
  const auto other = make(top_, "other");
  const auto pid = start_in(web_);
  ASSERT_OK(write(other, "cgroup.procs", std::to_string(pid)));
  EXPECT_EQ(text(web_, "cgroup.procs"), "");
  EXPECT_EQ(text(other, "cgroup.procs"), std::to_string(pid));
}

TEST_P(AProcess, ThatHasEndedCannotBeMoved) {
  const auto pid = world().start();
  world().end(pid);
  EXPECT_EQ(write_error(web_, "cgroup.procs", std::to_string(pid)), ESRCH);
}

TEST_P(AProcess, IsNamedByANumber) {
  for (const auto* const wrong : {"abc", "-1", "1.5", " "})
    EXPECT_EQ(write_error(web_, "cgroup.procs", wrong), EINVAL) << '"' << wrong << '"';
}

TEST_P(AProcess, PopulatesItsCgroupAndAllAbove) {
  ASSERT_EQ(number(top_, "cgroup.events", "populated"), 0U);
  const auto pid = start_in(web_);
  EXPECT_EQ(number(web_, "cgroup.events", "populated"), 1U);
  EXPECT_EQ(number(top_, "cgroup.events", "populated"), 1U);
  world().end(pid);
  EXPECT_TRUE(becomes(web_, "cgroup.events", "populated", 0));
  EXPECT_TRUE(becomes(top_, "cgroup.events", "populated", 0));
}

TEST_P(AProcess, IsKilledWithEverythingBeneathByAOne) {
  const auto child = make(web_, "child");
  const auto above = start_in(web_);
  const auto beneath = start_in(child);
  const auto beside = start_in(make(top_, "beside"));
  const auto before = kernel().read(web_, "cgroup.events").value();
  ASSERT_OK(write(web_, "cgroup.kill", "1"));
  EXPECT_OK(kernel().wait_for_change(web_, "cgroup.events", before, std::chrono::seconds(20)));
  EXPECT_EQ(number(web_, "cgroup.events", "populated"), 0U);
  // A cgroup is empty a moment before the last of its processes can be waited for.
  EXPECT_TRUE(eventually([&] { return !world().is_alive(above) && !world().is_alive(beneath); }));
  EXPECT_TRUE(world().is_alive(beside));
}

TEST_P(AProcess, IsNotKilledByAnythingElse) {
  const auto pid = start_in(web_);
  for (const auto* const wrong : {"0", "2", "-1", "9"})
    EXPECT_EQ(write_error(web_, "cgroup.kill", wrong), ERANGE) << wrong;
  for (const auto* const wrong : {"yes", " "}) EXPECT_EQ(write_error(web_, "cgroup.kill", wrong), EINVAL) << wrong;
  EXPECT_TRUE(world().is_alive(pid));
}

TEST_P(AProcess, IsFrozenWithItsCgroupAndWithAnyAbove) {
  start_in(web_);
  ASSERT_OK(write(top_, "cgroup.freeze", "1"));
  EXPECT_TRUE(becomes(web_, "cgroup.events", "frozen", 1));
  EXPECT_EQ(text(web_, "cgroup.freeze"), "0");
  EXPECT_EQ(text(top_, "cgroup.freeze"), "1");
  ASSERT_OK(write(top_, "cgroup.freeze", "0"));
  EXPECT_TRUE(becomes(web_, "cgroup.events", "frozen", 0));
}

TEST_P(AProcess, IsFrozenByOneAndThawedByZeroOnly) {
  for (const auto* const wrong : {"2", "-1"}) EXPECT_EQ(write_error(web_, "cgroup.freeze", wrong), ERANGE) << wrong;
  for (const auto* const wrong : {"yes", " "}) EXPECT_EQ(write_error(web_, "cgroup.freeze", wrong), EINVAL) << wrong;
}

TEST_P(AProcess, CanBeKilledWhileFrozen) {
  const auto pid = start_in(web_);
  ASSERT_OK(write(web_, "cgroup.freeze", "1"));
  ASSERT_TRUE(becomes(web_, "cgroup.events", "frozen", 1));
  ASSERT_OK(write(web_, "cgroup.kill", "1"));
  EXPECT_TRUE(becomes(web_, "cgroup.events", "populated", 0));
  EXPECT_TRUE(eventually([&] { return !world().is_alive(pid); }));
  EXPECT_EQ(text(web_, "cgroup.freeze"), "1");
}

TEST_P(AProcess, FreezesAsSoonAsItEntersAFrozenCgroup) {
  ASSERT_OK(write(web_, "cgroup.freeze", "1"));
  EXPECT_TRUE(becomes(web_, "cgroup.events", "frozen", 1));
  start_in(web_);
  EXPECT_TRUE(becomes(web_, "cgroup.events", "frozen", 1));
}

}  // namespace cgroupd::contract
