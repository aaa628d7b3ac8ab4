#include "core/accounts.h"

#include <gtest/gtest.h>

namespace cgroupd {
namespace {

TEST(AnAccount, MayExistUnlessTheHostKnowsNobodyOfThatName) {
  EXPECT_TRUE(may_exist(user_name(0)));
  EXPECT_TRUE(may_exist("@" + groups_of(0).front()));
  EXPECT_FALSE(may_exist("nosuchuser"));
  EXPECT_FALSE(may_exist("@nosuchgroup"));
}

}  // namespace
}  // namespace cgroupd
