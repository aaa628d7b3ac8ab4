// By time taken among callers, in order for each, bounded.
#include "dbus/turns.h"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "support/results.h"

namespace cgroupd {
namespace {

using testing::ElementsAre;

class ATurn : public testing::Test {
 protected:
  Result<void> wait(const std::string& caller, const std::string& what, std::size_t weight = 1) {
    return turns.wait(caller, weight, [this, what] { done.push_back(what); });
  }
  void take_all() {
    while (turns.take_one()) {
    }
  }

  // One that takes so long.
  Result<void> wait_long(const std::string& caller, const std::string& what, std::chrono::milliseconds takes) {
    return turns.wait(caller, 1, [this, what, takes] {
      now += takes;
      done.push_back(what);
    });
  }

  std::chrono::nanoseconds now{};
  Turns turns{[this] { return now; }};
  std::vector<std::string> done;
};

TEST_F(ATurn, IsTheNextCallersAndKeepsTheOrderOfEach) {
  for (const auto* const what : {"a1", "a2", "a3"}) ASSERT_OK(wait("a", what));
  for (const auto* const what : {"b1", "b2"}) ASSERT_OK(wait("b", what));
  ASSERT_OK(wait("c", "c1"));
  take_all();
  EXPECT_THAT(done, ElementsAre("a1", "b1", "c1", "a2", "b2", "a3"));
  EXPECT_FALSE(turns.take_one()) << "nothing is left";
}

TEST_F(ATurn, ThatIsNotEnoughGoesOnBeforeTheCallersOtherRequests) {
  ASSERT_OK(turns.wait("a", 1, [this] {
    done.emplace_back("a1 begins");
    turns.go_on("a", [this] { done.emplace_back("a1 ends"); });
  }));
  ASSERT_OK(wait("a", "a2"));
  ASSERT_OK(wait("b", "b1"));
  take_all();
  EXPECT_THAT(done, ElementsAre("a1 begins", "b1", "a1 ends", "a2"));
}

TEST_F(ATurn, IsHisFirstWhoHasTakenLess) {
  using std::chrono::milliseconds;
  for (const auto* const caller : {"a", "b", "c"}) {
    for (int i = 0; i < 3; ++i) ASSERT_OK(wait_long(caller, caller, milliseconds(30)));
  }
  for (int i = 0; i < 4; ++i) turns.take_one();
  EXPECT_THAT(done, ElementsAre("a", "b", "c", "a"));
  // Again and again, and never behind one who asks for so much.
  for (int i = 0; i < 4; ++i) {
    ASSERT_OK(wait_long("little", "little", milliseconds(1)));
    turns.take_one();
    EXPECT_EQ(done.back(), "little");
  }
  ASSERT_OK(wait_long("little", "little", milliseconds(1)));
  done.clear();
  take_all();
  EXPECT_THAT(done, ElementsAre("little", "b", "c", "a", "b", "c"));
}

TEST_F(ATurn, ComesForOneWhoHasTakenMuchHoweverManyComeAnew) {
  using std::chrono::milliseconds;
  ASSERT_OK(wait_long("much", "much", milliseconds(200)));
  ASSERT_OK(wait_long("new0", "new", milliseconds(10)));
  turns.take_one();
  ASSERT_OK(wait_long("much", "much again", milliseconds(1)));
  int newcomers = 0;
  while (done.back() != "much again" && newcomers < 1000) {
    ASSERT_OK(wait_long("new" + std::to_string(++newcomers), "new", milliseconds(10)));
    turns.take_one();
  }
  EXPECT_GT(newcomers, 5);
  EXPECT_LT(newcomers, 100);
}

TEST_F(ATurn, DoesNotComeForACallerWhoIsHeldAndComesForOthers) {
  ASSERT_OK(wait("a", "a1"));
  turns.hold("a");
  for (const auto* const caller : {"a", "b"}) ASSERT_OK(wait(caller, std::string(caller) + "2"));
  take_all();
  EXPECT_THAT(done, ElementsAre("b2"));
  EXPECT_TRUE(turns.is_held("a"));
  turns.release("a");
  EXPECT_FALSE(turns.is_held("a"));
  take_all();
  EXPECT_THAT(done, ElementsAre("b2", "a1", "a2"));
}

TEST_F(ATurn, IsRefusedToOneWhoHasTooManyAlsoWhileHeIsHeld) {
  turns.hold("a");
  for (std::size_t i = 0; i < Turns::most_of_one; ++i) ASSERT_OK(wait("a", "a"));
  EXPECT_FALSE(wait("a", "one more"));
  turns.release("a");
  turns.release("b");
  take_all();
  EXPECT_EQ(done.size(), Turns::most_of_one);
}

TEST_F(ATurn, IsRefusedToOneWhoHasTooManyAndNotToOthers) {
  for (std::size_t i = 0; i < Turns::most_of_one; ++i) ASSERT_OK(wait("a", "a"));
  const auto refused = wait("a", "one more");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  EXPECT_OK(wait("b", "b"));
  take_all();
  EXPECT_EQ(done.size(), Turns::most_of_one + 1);
  EXPECT_EQ(done[1], "b");
  EXPECT_OK(wait("a", "again"));
}

TEST_F(ATurn, IsRefusedToAllWhenTheirRequestsAreTooHeavy) {
  ASSERT_OK(wait("a", "a", Turns::heaviest));
  EXPECT_FALSE(wait("b", "b"));
  take_all();
  EXPECT_OK(wait("b", "b", Turns::heaviest));
}

}  // namespace
}  // namespace cgroupd
