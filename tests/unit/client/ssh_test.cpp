// cgctl --host: the command that ssh gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_manager.h"

namespace cgroupd::client::test {
namespace {

using testing::ElementsAre;

TEST(AnotherHost, GetsTheSameWordsSafeFromItsShell) {
  const auto said =
      cgctl({"--host", "dev@server", "set", "web", "--json", "-m", "1G", "--set", "cpu.max=50000 100000"});
  EXPECT_THAT(said.became, ElementsAre("ssh", "-T", "--", "dev@server", "'cgctl'", "'set'", "'web'", "'--json'",
                                       "'-m=1G'", "'--set=cpu.max=50000 100000'"));
  EXPECT_FALSE(said.bus.has_value());
}

TEST(AnotherHost, RunsTheCommandUntouched) {
  const auto said = cgctl({"run", "web", "-Hserver", "--", "sh", "-c", "echo 'it''s' $HOME"});
  EXPECT_THAT(said.became, ElementsAre("ssh", "-T", "--", "server", "'cgctl'", "'run'", "'web'", "'--'", "'sh'", "'-c'",
                                       "'echo '\\''it'\\'''\\''s'\\'' $HOME'"));
}

TEST(AnotherHost, UnderstandsItsOwnDevicesAndIsUnreachableWithoutSsh) {
  const auto said = cgctl({"-H", "server", "set", "web", "--device-read-bps", "/dev/there:1M"});
  EXPECT_THAT(said.became, testing::Contains("'--device-read-bps=/dev/there:1M'"));
  EXPECT_EQ(said.status, 3);
}

}  // namespace
}  // namespace cgroupd::client::test
