// What is really wrong when a limit's file is not there.
#include "core/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_kernel.h"

namespace cgroupd {
namespace {

// It came with Linux 4.5, which no machine of today is older than: that cannot be why.
TEST(AFileThatIsNotThere, IsNotBlamedOnTheAgeOfAKernelThatIsNewEnough) {
  FakeKernel kernel({.swap_accounting = false});
  const auto web = kernel.given("web");
  const auto missing = kernel.read(web, "memory.swap.max");
  ASSERT_FALSE(missing);
  const Error error = diagnose(kernel, web, "memory.swap.max", missing.error());
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_THAT(error.message, testing::HasSubstr("this kernel has no memory.swap.max"));
  EXPECT_THAT(error.hint, testing::HasSubstr("built or started without it"));
  EXPECT_THAT(error.hint, testing::Not(testing::HasSubstr("Linux 4.5")));
}

TEST(ACgroupThatIsNotThere, IsAnsweredWithWhatWasMeantOrWithWhatHelps) {
  FakeKernel kernel;
  kernel.given("web");
  const auto near = *CgroupPath::parse("wbe");
  const auto far = *CgroupPath::parse("batch");
  EXPECT_EQ(no_such_cgroup(kernel, near).hint, "did you mean web?");
  EXPECT_EQ(none_to_remove(kernel, near).hint, "did you mean web?");
  EXPECT_EQ(no_such_cgroup(kernel, far).hint, "make it with: cgctl create batch");
  EXPECT_EQ(none_to_remove(kernel, far).hint, "see them with: cgctl list");
}

}  // namespace
}  // namespace cgroupd
