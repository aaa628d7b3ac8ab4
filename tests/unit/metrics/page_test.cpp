// The text format, byte for byte.
#include "metrics/page.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace cgroupd {
namespace {

constexpr MetricFamily speed = {.name = "speed_total", .type = MetricType::counter, .help = "how fast"};

std::string number(double value) {
  std::string out;
  append_number(out, value);
  return out;
}

std::string label(std::string_view value) {
  std::string out;
  append_label(out, "cgroup", value);
  return out;
}

TEST(APage, TellsHelpAndTypeOnceAFamily) {
  std::string text;
  Page page(text);
  page.begin(speed);
  page.sample("cgroup=\"a\"", 1);
  page.sample("cgroup=\"b\"", 2);
  page.single({.name = "size", .type = MetricType::gauge, .help = "how big"}, 3);
  EXPECT_EQ(text,
            "# HELP speed_total how fast\n# TYPE speed_total counter\nspeed_total{cgroup=\"a\"} "
            "1\nspeed_total{cgroup=\"b\"} 2\n"
            "# HELP size how big\n# TYPE size gauge\nsize 3\n");
}

TEST(APage, JoinsTheTwoPartsOfALabelBlock) {
  std::string text;
  Page page(text);
  page.begin({.name = "n", .type = MetricType::gauge, .help = "h"});
  page.sample("a=\"1\"", "b=\"2\"", 5);
  page.sample("", "b=\"2\"", 5);
  EXPECT_EQ(text, "# HELP n h\n# TYPE n gauge\nn{a=\"1\",b=\"2\"} 5\nn{b=\"2\"} 5\n");
}

TEST(APage, EscapesBackslashAndNewlineInHelp) {
  std::string text;
  Page page(text);
  page.begin({.name = "n", .type = MetricType::gauge, .help = "a\\b\n\"c\""});
  EXPECT_EQ(text, "# HELP n a\\\\b\\n\"c\"\n# TYPE n gauge\n");
}

TEST(ALabel, IsEscaped) {
  EXPECT_EQ(label("batch/nightly"), "cgroup=\"batch/nightly\"");
  EXPECT_EQ(label("a\"b\\c\nd"), "cgroup=\"a\\\"b\\\\c\\nd\"");
}

TEST(ALabel, FollowsAnotherAfterAComma) {
  std::string labels = label("a");
  append_label(labels, "device", "vda");
  EXPECT_EQ(labels, "cgroup=\"a\",device=\"vda\"");
}

TEST(ANumber, IsTheShortestTextThatReadsBack) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(67108864), "67108864");
  EXPECT_EQ(number(100000), "100000");
  EXPECT_EQ(number(-3), "-3");
  EXPECT_EQ(number(743.655419), "743.655419");
  EXPECT_EQ(number(0.1), "0.1");
  EXPECT_EQ(std::stod(number(1e300 / 3)), 1e300 / 3);
}

TEST(ANumber, HasWordsForWhatIsNone) {
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

}  // namespace
}  // namespace cgroupd
