// Cgroups as directories: making, listing, removing, bounds, permissions.
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

#include "kernel/contract/contract.h"

namespace cgroupd::contract {

TEST_P(ATree, ListsChildrenByNameAndNothingElse) {
  make(top_, "zoo");
  make(top_, "ant");
  EXPECT_EQ(kernel().children(top_).value(), (std::vector<std::string>{"ant", "web", "zoo"}));
  EXPECT_TRUE(kernel().children(web_).value().empty());
}

TEST_P(ATree, RefusesToMakeWhatIsThere) {
  EXPECT_TRUE(failed_with(kernel().make(web_), ErrorCode::already_exists));
}

TEST_P(ATree, RefusesToMakeBelowWhatIsNotThere) {
  EXPECT_TRUE(failed_with(kernel().make(top_.child("no").value().child("such").value()), ErrorCode::not_found));
}

TEST_P(ATree, KnowsNothingOfACgroupThatIsNotThere) {
  const auto nothing = top_.child("nosuch").value();
  EXPECT_TRUE(failed_with(kernel().read(nothing, "cgroup.procs"), ErrorCode::not_found));
  EXPECT_TRUE(failed_with(kernel().write(nothing, "cgroup.procs", "1"), ErrorCode::not_found));
  EXPECT_TRUE(failed_with(kernel().children(nothing), ErrorCode::not_found));
  EXPECT_TRUE(failed_with(kernel().remove(nothing), ErrorCode::not_found));
  EXPECT_TRUE(failed_with(kernel().open_directory(nothing), ErrorCode::not_found));
}

TEST_P(ATree, KeepsAMarkForAsLongAsTheCgroupLives) {
  EXPECT_EQ(kernel().mark(web_, "owner").value(), std::nullopt);
  EXPECT_TRUE(kernel().set_mark(web_, "owner", "1001").has_value());
  EXPECT_TRUE(kernel().set_mark(web_, "owner", "1002").has_value());
  EXPECT_EQ(kernel().mark(web_, "owner").value(), "1002");
  EXPECT_EQ(kernel().mark(web_, "other").value(), std::nullopt);
  ASSERT_TRUE(kernel().remove(web_).has_value());
  EXPECT_TRUE(failed_with(kernel().mark(web_, "owner"), ErrorCode::not_found));
  EXPECT_TRUE(failed_with(kernel().set_mark(web_, "owner", "1"), ErrorCode::not_found));
  ASSERT_TRUE(kernel().make(web_).has_value());
  EXPECT_EQ(kernel().mark(web_, "owner").value(), std::nullopt);
}

TEST_P(ATree, RefusesToRemoveACgroupWithChildren) {
  EXPECT_TRUE(failed_with(kernel().remove(top_), ErrorCode::busy));
  EXPECT_EQ(kernel().children(top_).value().size(), 1U);
}

TEST_P(ATree, RefusesToRemoveACgroupWithProcesses) {
  const auto pid = start_in(web_);
  EXPECT_TRUE(failed_with(kernel().remove(web_), ErrorCode::busy));
  EXPECT_TRUE(world().is_alive(pid));
}

TEST_P(ATree, RemovesAnEmptyCgroup) {
  ASSERT_OK(kernel().remove(web_));
  EXPECT_TRUE(failed_with_errno(kernel().read(web_, "cgroup.procs"), ENOENT));
  EXPECT_TRUE(kernel().children(top_).value().empty());
}

// A kept descriptor of the old one would answer ENODEV, or write nowhere.
TEST_P(ATree, HasACgroupMadeAgainUnderTheSameNameAsAFreshOne) {
  ASSERT_OK(write(web_, "pids.max", "17"));
  ASSERT_OK(kernel().remove(web_));
  ASSERT_OK(kernel().make(web_));
  EXPECT_EQ(text(web_, "pids.max"), "max");
  EXPECT_EQ(write(web_, "pids.max", "18").value(), "18\n");
}

TEST_P(ATree, KeepsItsBoundOfDescendants) {
  ASSERT_OK(write(web_, "cgroup.max.descendants", "1"));
  make(web_, "one");
  EXPECT_TRUE(failed_with_errno(kernel().make(web_.child("two").value()), EAGAIN));
  EXPECT_TRUE(failed_with(kernel().make(web_.child("two").value()), ErrorCode::limit_exceeded));
}

TEST_P(ATree, KeepsItsBoundOfDepth) {
  ASSERT_OK(write(web_, "cgroup.max.depth", "1"));
  const auto one = make(web_, "one");
  EXPECT_TRUE(failed_with_errno(kernel().make(one.child("two").value()), EAGAIN));
}

TEST_P(ATree, CountsItsDescendants) {
  make(make(web_, "a"), "b");
  EXPECT_EQ(number(web_, "cgroup.stat", "nr_descendants"), 2U);
}

TEST_P(ATree, OpensADirectoryToBeBornIn) {
  const auto directory = kernel().open_directory(web_);
  ASSERT_OK(directory);
  struct stat info {};
  ASSERT_EQ(::fstat(directory->get(), &info), 0);
  EXPECT_TRUE(S_ISDIR(info.st_mode));
  EXPECT_NE(::fcntl(directory->get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_P(ATree, CanBeReadAboveItsRoot) {
  EXPECT_OK(kernel().read_above(1, "cgroup.controllers"));
  EXPECT_TRUE(failed_with(kernel().read_above(1000, "cgroup.controllers"), ErrorCode::out_of_range));
}

TEST_P(ATree, HasNoLimitsAtTheTopOfTheHierarchy) {
  unsigned levels = 1;
  while (kernel().read_above(levels + 1, "cgroup.controllers")) ++levels;
  // In a cgroup namespace the top that is seen is a cgroup like any other, for somebody outside.
  if (const auto type = kernel().read_above(levels, "cgroup.type")) {
    EXPECT_EQ(*type, "domain\n");
    EXPECT_TRUE(kernel().read_above(levels, "memory.max").has_value());
    return;
  }
  EXPECT_TRUE(failed_with_errno(kernel().read_above(levels, "memory.max"), ENOENT));
  EXPECT_TRUE(failed_with_errno(kernel().read_above(levels, "cgroup.type"), ENOENT));
}

TEST_P(ATree, RefusesToReadWhatIsOnlyWritten) {
  EXPECT_EQ(read_error(web_, "cgroup.kill"), EACCES);
}

TEST_P(ATree, RefusesToWriteWhatIsOnlyRead) {
  EXPECT_EQ(write_error(web_, "cgroup.controllers", "+memory"), EACCES);
  EXPECT_EQ(write_error(web_, "cgroup.events", "1"), EACCES);
}

TEST_P(ATree, ReadsNothingBackFromWhatIsOnlyWritten) {
  EXPECT_EQ(write(web_, "cgroup.kill", "1").value(), "");
}

TEST_P(ATree, NamesFileAndValueInAnError) {
  const auto refused = write(web_, "pids.max", "lots");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("web/pids.max"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("'lots'"), std::string::npos) << refused.error().message;
}

TEST_P(ATree, DoesNothingWhenNothingIsWritten) {
  ASSERT_OK(write(web_, "pids.max", "17"));
  EXPECT_EQ(write(web_, "pids.max", "").value(), "17\n");
}

}  // namespace cgroupd::contract
