// Versions of kernels and of systemd.
#include "model/version.h"

#include <gtest/gtest.h>

namespace cgroupd {
namespace {

using Version = std::pair<unsigned, unsigned>;

TEST(AVersion, IsTheFirstTwoNumbers) {
  EXPECT_EQ(version_of("6.1.0-18-amd64"), Version(6, 1));
  EXPECT_EQ(version_of("6.12.9+bpo-amd64"), Version(6, 12));
  EXPECT_EQ(version_of("252.30-1~deb12u2"), Version(252, 30));
  EXPECT_EQ(version_of("254-rc1"), Version(254, 0));
}

TEST(AVersion, IsNothingWhereThereIsNoNumber) {
  for (const auto* const text : {"", "v6", "."}) EXPECT_EQ(version_of(text), Version(0, 0)) << text;
  EXPECT_EQ(version_of("5."), Version(5, 0));
}

TEST(AVersion, IsComparedByNumberNotByText) {
  EXPECT_GT(version_of("5.14.0"), version_of("5.4.0"));
  EXPECT_LT(version_of("6.1.0-18-amd64"), version_of("6.2"));
}

}  // namespace
}  // namespace cgroupd
