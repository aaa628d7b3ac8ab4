// Moments and spans of time for people and scripts.
#include "client/times.h"

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace cgroupd::client::test {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

// A time zone for one test; the one before comes back.
class TimeZone {
 public:
  explicit TimeZone(const char* name) {
    if (const char* const before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~TimeZone() {
    before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;
  TimeZone(TimeZone&&) = delete;
  TimeZone& operator=(TimeZone&&) = delete;

 private:
  std::optional<std::string> before_;
};

TEST(AMoment, IsShownToPeopleInTheirTimeZone) {
  const TimeZone zone("XXX-5:30");
  EXPECT_EQ(print_local_time(seconds(1'795'521'600)), "2026-11-24 17:30:00");
  EXPECT_EQ(print_local_time(seconds(0)), "1970-01-01 05:30:00");
}

TEST(AMoment, IsToldToScriptsInUtcToTheMicrosecond) {
  const TimeZone zone("XXX-5:30");
  EXPECT_EQ(print_iso_time(seconds(1'795'521'600) + microseconds(42)), "2026-11-24T12:00:00.000042Z");
}

TEST(WhatIsLeft, IsShownInItsTwoLargestUnits) {
  EXPECT_EQ(print_time_left(seconds(598) + microseconds(999'999)), "9m 58s");
  EXPECT_EQ(print_time_left(seconds(600)), "10m");
  EXPECT_EQ(print_time_left(seconds(59)), "59s");
  EXPECT_EQ(print_time_left(seconds(3'600)), "1h");
  EXPECT_EQ(print_time_left(seconds(3'605)), "1h");
  EXPECT_EQ(print_time_left(seconds(86'400 * 2 + 3'600 * 3 + 59)), "2d 3h");
  EXPECT_EQ(print_time_left(microseconds(999'999)), "less than 1s");
  EXPECT_EQ(print_time_left(microseconds(-5)), "less than 1s");
}

}  // namespace
}  // namespace cgroupd::client::test
