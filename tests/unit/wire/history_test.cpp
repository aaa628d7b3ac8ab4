// The answer of History, from whatever a daemon sends.
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dbus/wire_history.h"

namespace cgroupd {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using wire::Dictionary;
using WireChange = sdbus::Struct<std::string, std::string, std::string, std::string>;

Dictionary entry(const std::vector<WireChange>& changes) {
  return {{"id", sdbus::Variant(std::uint64_t{12})},
          {"time_usec", sdbus::Variant(std::uint64_t{1'795'521'600'000'000})},
          {"cause", sdbus::Variant(std::string("file"))},
          {"made", sdbus::Variant(std::vector<std::string>{"web"})},
          {"removed", sdbus::Variant(std::vector<std::string>{})},
          {"changes", sdbus::Variant(changes)}};
}

TEST(TheAnswerOfHistory, HasOnlyWhatIsKnown) {
  const auto history = wire::decode_history({entry({WireChange("web", "memory.max", "max", "67108864")})});
  ASSERT_TRUE(history) << history.error().text();
  const auto& read = history->at(0);
  EXPECT_EQ(read.id, 12U);
  EXPECT_EQ(read.time, std::chrono::seconds(1'795'521'600));
  EXPECT_EQ(read.cause, Cause::file);
  EXPECT_EQ(read.who, Caller());
  EXPECT_FALSE(read.undoes.has_value());
  EXPECT_EQ(read.made.at(0).str(), "web");
  EXPECT_THAT(read.removed, IsEmpty());
  EXPECT_EQ(read.changes.at(0).limit, find_limit("memory.max"));
  EXPECT_EQ(print_value(read.changes.at(0).before), "max");
  EXPECT_EQ(print_value(read.changes.at(0).after), "67108864");
}

TEST(TheAnswerOfHistory, LeavesOutLimitsOfANewerDaemon) {
  const auto history = wire::decode_history({entry({WireChange("web", "memory.zswap.max", "max", "0")})});
  ASSERT_TRUE(history) << history.error().text();
  EXPECT_THAT(history->at(0).changes, IsEmpty());
}

TEST(TheAnswerOfHistory, IsRefusedWhenItMakesNoSense) {
  EXPECT_FALSE(wire::decode_history({entry({WireChange("../web", "memory.max", "max", "0")})}));
  EXPECT_FALSE(wire::decode_history({entry({WireChange("web", "memory.max", "much", "0")})}));
  auto strange = entry({});
  strange["cause"] = sdbus::Variant(std::string("whim"));
  EXPECT_THAT(wire::decode_history({strange}).error().message, HasSubstr("whim"));
  auto mistyped = entry({});
  mistyped["id"] = sdbus::Variant(std::string("12"));
  EXPECT_THAT(wire::decode_history({mistyped}).error().message, HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace cgroupd
