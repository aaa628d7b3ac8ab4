// Who is behind a bus name, and whether he is still there.
#include "dbus/callers.h"

#include <gtest/gtest.h>
#include <sdbus-c++/sdbus-c++.h>

#include "support/eventually.h"

namespace cgroupd {
namespace {

class SomeCallers : public testing::Test {
 protected:
  // As the event loop would.
  bool hears(const bool& what) {
    return eventually([&] {
      while (connection_->processPendingRequest()) continue;
      return what;
    });
  }

  std::unique_ptr<sdbus::IConnection> connection_ = sdbus::createSessionBusConnection();
  Callers callers_{*connection_};
};

TEST_F(SomeCallers, AreToldOfWhenTheyLeave) {
  auto other = sdbus::createSessionBusConnection();
  bool is_gone = false;
  const auto kept = callers_.when_gone(other->getUniqueName(), [&] { is_gone = true; });
  ASSERT_TRUE(kept);
  other.reset();
  EXPECT_TRUE(hears(is_gone));
}

TEST_F(SomeCallers, AreToldOfWhenTheyHadLeftBefore) {
  auto other = sdbus::createSessionBusConnection();
  const std::string name = other->getUniqueName();
  other.reset();
  bool is_gone = false;
  const auto kept = callers_.when_gone(name, [&] { is_gone = true; });
  EXPECT_TRUE(hears(is_gone));
}

}  // namespace
}  // namespace cgroupd
