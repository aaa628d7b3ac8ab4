// When signals go out. (What they say is told over a bus: tests/bus.)
#include "dbus/signal_queue.h"

#include <chrono>
#include <vector>

#include <gmock/gmock.h>

#include "support/named.h"
#include "support/state.h"

namespace cgroupd {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

class ASignalQueue : public testing::Test {
 protected:
  void change() { queue.limits_changed(path("web"), {{&row("pids.max"), Value(Amount(std::uint64_t{7}))}}); }

  /// Changes something every millisecond; after how many each signal went out.
  std::vector<int> pauses_while_changing(milliseconds how_long) {
    std::vector<int> pauses;
    int waited = 0;
    for (milliseconds passed(0); passed < how_long; ++passed) {
      change();
      time.pass(milliseconds(1));
      ++waited;
      if (time.anything_set()) continue;
      pauses.push_back(waited);
      waited = 0;
    }
    return pauses;
  }

  FakeTime time;
  SignalQueue queue{time};
};

TEST_F(ASignalQueue, TellsAMomentAfterAChange) {
  change();
  time.pass(milliseconds(9));
  EXPECT_TRUE(time.anything_set());
  time.pass(milliseconds(1));
  EXPECT_FALSE(time.anything_set());
}

TEST_F(ASignalQueue, TellsLessAndLessOftenOfWhatKeepsChanging) {
  EXPECT_THAT(pauses_while_changing(milliseconds(640)), ElementsAre(10, 20, 40, 80, 160, 160, 160));
}

TEST_F(ASignalQueue, TellsSoonAgainAfterABreak) {
  pauses_while_changing(milliseconds(310));
  time.pass(milliseconds(10));
  EXPECT_THAT(pauses_while_changing(milliseconds(30)), ElementsAre(10, 20));
}

}  // namespace
}  // namespace cgroupd
