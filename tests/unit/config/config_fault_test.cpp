#include "config/config_fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cgroupd {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Not;

TEST(ConfigFault, AreToldALineEach) {
  const ConfigFaults two = {{.file = "a.conf", .line = 3, .message = "unknown key 'x'"},
                            {.file = "b.conf", .line = {}, .message = "cannot be opened"}};
  EXPECT_THAT(lines_of(two), ElementsAre("a.conf:3: unknown key 'x'", "b.conf: cannot be opened"));
  EXPECT_EQ(print_faults(two), "a.conf:3: unknown key 'x'\nb.conf: cannot be opened");
  EXPECT_EQ(print_faults({}), "");
}

TEST(ConfigFault, AreCountedWhereThereAreMoreThanAnybodyReads) {
  ConfigFaults many(100, {.file = "etc.conf", .line = 1, .message = "no"});
  EXPECT_EQ(lines_of(many).size(), 100);
  EXPECT_THAT(lines_of(many).back(), Not(EndsWith("more")));
  many.resize(639, many.front());
  EXPECT_EQ(lines_of(many).size(), 101);
  EXPECT_EQ(lines_of(many).back(), "and 539 more");
}

}  // namespace
}  // namespace cgroupd
