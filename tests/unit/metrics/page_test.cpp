// The text format, byte for byte.
#include "metrics/page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <random>
#include <string>
#include <string_view>

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

std::string in_open_metrics(const MetricFamily& family) {
  std::string text;
  Page page(text, PageFormat::open_metrics);
  page.begin(family);
  page.sample("a=\"1\"", 2);
  page.finish();
  return text;
}

TEST(AnOpenMetricsPage, NamesFamiliesWithoutTheirEndingAndTellsTheUnit) {
  EXPECT_EQ(in_open_metrics({.name = "cpu_seconds_total", .type = MetricType::counter, .help = "h"}),
            "# HELP cpu_seconds h\n# TYPE cpu_seconds counter\n# UNIT cpu_seconds seconds\n"
            "cpu_seconds_total{a=\"1\"} 2\n# EOF\n");
  EXPECT_EQ(in_open_metrics({.name = "cgroup_info", .type = MetricType::info, .help = "h"}),
            "# HELP cgroup h\n# TYPE cgroup info\ncgroup_info{a=\"1\"} 2\n# EOF\n");
  EXPECT_EQ(in_open_metrics({.name = "bytes", .type = MetricType::gauge, .help = "a \"b\""}),
            "# HELP bytes a \\\"b\\\"\n# TYPE bytes gauge\nbytes{a=\"1\"} 2\n# EOF\n");
}

TEST(APage, ShowsAnInfoAsTheGaugeItIs) {
  std::string text;
  Page page(text);
  page.begin({.name = "cgroup_info", .type = MetricType::info, .help = "h"});
  page.sample("a=\"1\"", 1);
  page.exemplar("b=\"2\"", 3, 4);
  page.finish();
  EXPECT_EQ(text, "# HELP cgroup_info h\n# TYPE cgroup_info gauge\ncgroup_info{a=\"1\"} 1\n");
}

TEST(APage, IsTakenAwayPieceByPiece) {
  std::string text;
  std::string all;
  std::size_t longest = 0;
  int pieces = 0;
  Page page(text, PageFormat::open_metrics, [&](std::string& piece) {
    longest = std::max(longest, piece.size());
    all += piece;
    piece.clear();
    ++pieces;
  });
  page.begin(speed);
  constexpr int samples = 50'000;
  for (int i = 0; i < samples; ++i) page.sample("cgroup=\"some/what/longer\"", i);
  page.finish();
  EXPECT_TRUE(text.empty());
  EXPECT_GT(pieces, 2);
  EXPECT_LT(longest, Page::flush_bytes + 200);
  EXPECT_TRUE(all.ends_with("} 49999\n# EOF\n"));
}

TEST(ANumber, IsTheShortestDecimalThatReadsBack) {
  std::mt19937_64 random(5);  // NOLINT(cert-msc51-cpp, cert-msc32-c): the same every time
  const auto expect_shortest = [](double value) {
    std::array<char, 64> text = {};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    EXPECT_EQ(number(value), std::string(text.data(), end));
  };
  // Not whole ones, which never have an exponent.
  for (int i = 0; i < 200'000; ++i) {
    const auto microseconds = static_cast<double>((random() >> (14 + random() % 45)) | 1U);
    expect_shortest(microseconds / 1e6);
    expect_shortest(-microseconds / 1e6);
    expect_shortest(microseconds / 3.1e6);
  }
  for (const double value :
       {0.001, 0.0011, 0.000999, 0.0009999999, 0.5, 999'999'999.999999, 1'000'000'000.5, 1e-6, 5e-324, 0.1 + 0.2})
    expect_shortest(value);
}

TEST(Samples, AreWrittenAsOneByOne) {
  const std::string longer(20'000, 'x');
  const auto write = [&](bool together, std::string& text) {
    std::string all;
    Page page(text, PageFormat::text, [&all](std::string& piece) {
      all += piece;
      piece.clear();
    });
    page.begin(speed);
    Page::Samples samples(page);
    for (unsigned i = 0; i < 30'000; ++i) {
      const std::string labels = i % 5 == 0 ? std::string() : label(std::to_string(i) + longer.substr(0, i % 40));
      const std::string_view more = i % 3 == 0 ? std::string_view("device=\"vda\"") : std::string_view();
      const std::string& shown = i % 9973 == 0 ? longer : labels;
      if (together) {
        samples.add(shown, more, i / 7.0);
      } else {
        page.sample(shown, more, i / 7.0);
      }
    }
    samples.end();
    page.finish();
    text = all;
  };
  std::string together;
  std::string single;
  write(true, together);
  write(false, single);
  EXPECT_TRUE(together == single);
  EXPECT_GT(together.size(), 1'000'000U);
}

std::string bound(double value, PageFormat format = PageFormat::text) {
  std::string out;
  append_bound(out, value, format);
  return out;
}

TEST(ABucketsBound, IsWrittenAsGoDoes) {
  EXPECT_EQ(bound(2.5e-5), "2.5e-05");
  EXPECT_EQ(bound(1e-4), "0.0001");
  EXPECT_EQ(bound(0.25), "0.25");
  EXPECT_EQ(bound(1), "1");
  EXPECT_EQ(bound(1, PageFormat::open_metrics), "1.0");
  EXPECT_EQ(bound(std::numeric_limits<double>::infinity(), PageFormat::open_metrics), "+Inf");
}

}  // namespace
}  // namespace cgroupd
