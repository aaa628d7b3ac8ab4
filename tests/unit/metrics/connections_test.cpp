// Who must make way.
#include "metrics/connections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TheConnections : public testing::Test {
 protected:
  static std::shared_ptr<const std::string> answer() { return std::make_shared<const std::string>("answer"); }
  Connections connections_;
};

TEST_F(TheConnections, StayWhileThereAreFew) {
  connections_.opened(1);
  connections_.opened(2);
  EXPECT_THAT(connections_.choose(2, 8), IsEmpty());
}

TEST_F(TheConnections, LoseTheOldestFirst) {
  for (const int fd : {1, 2, 3, 4}) connections_.opened(fd);
  EXPECT_THAT(connections_.choose(2, 8), ElementsAre(1, 2));
}

TEST_F(TheConnections, AreNamedOnceWhenTheyMustEnd) {
  const auto first = connections_.opened(1);
  connections_.opened(2);
  EXPECT_THAT(connections_.choose(1, 8), ElementsAre(1));
  EXPECT_THAT(connections_.choose(1, 8), IsEmpty());
  connections_.closed(first);
  EXPECT_EQ(connections_.count(), 1U);
}

TEST_F(TheConnections, ThatReadAnAnswerAreTheLastToGo) {
  const auto reader = connections_.opened(1);
  connections_.opened(2);
  connections_.answering(reader, answer());
  EXPECT_THAT(connections_.choose(1, 8), ElementsAre(2));
  EXPECT_THAT(connections_.choose(0, 8), ElementsAre(1));
}

TEST_F(TheConnections, ThatWereAnsweredCountAsNew) {
  const auto first = connections_.opened(1);
  connections_.opened(2);
  connections_.answering(first, answer());
  connections_.answered(first);
  EXPECT_THAT(connections_.choose(1, 8), ElementsAre(2));
}

TEST_F(TheConnections, WithTheOldestAnswerLoseItTogether) {
  const auto shared = answer();
  for (const int fd : {1, 2}) connections_.answering(connections_.opened(fd), shared);
  connections_.answering(connections_.opened(3), answer());
  connections_.opened(4);
  EXPECT_THAT(connections_.choose(10, 2), IsEmpty());
  connections_.answering(connections_.opened(5), answer());
  EXPECT_THAT(connections_.choose(10, 2), ElementsAre(1, 2));
}

}  // namespace
}  // namespace cgroupd
