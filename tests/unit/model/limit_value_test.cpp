// Values in canonical text and in the kernel's own.
#include "model/limit_value.h"

#include "support/named.h"
#include "support/properties.h"
#include "support/results.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

std::string canonical_value(std::string_view file, std::string_view text) {
  return print_value(parse_value(row(file), text).value());
}

}  // namespace

TEST(AValue, IsReadFromTheKernelsText) {
  EXPECT_EQ(canonical_value("memory.max", "67108864\n"), "67108864");
  EXPECT_EQ(canonical_value("memory.max", "max\n"), "max");
  EXPECT_EQ(canonical_value("cpu.max", "50000 100000\n"), "50000 100000");
  EXPECT_EQ(canonical_value("cpu.max", "max 100000\n"), "max 100000");
  EXPECT_EQ(canonical_value("cpu.weight", "0\n"), "0");
  EXPECT_EQ(canonical_value("cpuset.cpus", "0-3,7\n"), "0-3,7");
  EXPECT_EQ(canonical_value("cpuset.cpus", "\n"), "");
  EXPECT_EQ(canonical_value("io.weight", "default 100\n8:0 200\n8:16 50\n"), "default 100, 8:0 200, 8:16 50");
  EXPECT_EQ(canonical_value("io.max", "8:0 rbps=1048576 wbps=max riops=max wiops=5\n"),
            "8:0 rbps=1048576 wbps=max riops=max wiops=5");
  EXPECT_EQ(canonical_value("io.max", ""), "");
}

TEST(AValue, IsRefusedWhenTheTextIsNoValue) {
  for (const auto& [file, text] : std::initializer_list<std::pair<const char*, const char*>>{
           {"memory.max", ""},       {"memory.max", "64M"},     {"memory.max", "-1"},
           {"memory.max", "0x10"},   {"memory.max", "1 2"},     {"pids.max", "lots"},
           {"cpu.max", "50000"},     {"cpu.max", "max"},        {"cpu.max", "50000 0"},
           {"cpu.max", "1 2 3"},     {"cpu.max", ""},           {"cpu.weight", ""},
           {"cpuset.cpus", "a"},     {"cpuset.cpus", "3-1"},    {"cpuset.cpus", "1-"},
           {"cpuset.cpus", "-1"},    {"io.weight", "8:0"},      {"io.weight", "default"},
           {"io.weight", "sda 100"}, {"io.max", "8:0 bogus=1"}, {"io.max", "8:0 rbps=1K"},
           {"io.max", "sda rbps=1"}, {"io.max", "8:0 rbps"},    {"memory.max", "99999999999999999999"}}) {
    const auto value = parse_value(row(file), text);
    ASSERT_TRUE(failed_with(value, ErrorCode::invalid_argument)) << file << " '" << text << "'";
    EXPECT_NE(value.error().message.find(file), std::string::npos) << value.error().message;
  }
}

TEST(AnIdList, IsOrderedAndMerged) {
  EXPECT_EQ(canonical_value("cpuset.cpus", "3,1,2"), "1-3");
  EXPECT_EQ(canonical_value("cpuset.cpus", "0-2,1-5,7"), "0-5,7");
  EXPECT_EQ(canonical_value("cpuset.cpus", "5,5,5"), "5");
  EXPECT_EQ(std::get<IdList>(parse_value(row("cpuset.cpus"), "0-3,7").value()).count(), 5U);
  EXPECT_EQ(IdList{}.count(), 0U);
}

TEST(ADevice, IsTwoNumbers) {
  EXPECT_EQ(parse_device("8:16").value(), (Device{.major = 8, .minor = 16}));
  for (const auto* const bad : {"", "8", ":", "8:", ":0", "8:0:1", "8 0", "-8:0", "4096:0", "8:1048576", "sda",
                                "/dev/sda", "0x8:0", " 8:0", "8:0 "}) {
    EXPECT_TRUE(failed_with(parse_device(bad), ErrorCode::invalid_argument)) << bad;
  }
}

TEST(AValueForPeople, IsShort) {
  const auto shown = [](std::string_view file, std::string_view text) {
    return print_value_for_people(row(file), parse_value(row(file), text).value());
  };
  EXPECT_EQ(shown("memory.max", "67108864"), "64M");
  EXPECT_EQ(shown("memory.max", "max"), "max");
  EXPECT_EQ(shown("pids.max", "20"), "20");
  EXPECT_EQ(shown("cpu.idle", "1"), "yes");
  EXPECT_EQ(shown("cpu.max", "max 100000"), "max");
  EXPECT_TRUE(shown("cpu.max", "50000 100000").starts_with("0.5 CPUs"));
  EXPECT_TRUE(shown("cpu.max", "100000 100000").starts_with("1 CPU ("));
  EXPECT_EQ(shown("cpu.max.burst", "20000"), "20ms");
  EXPECT_FALSE(shown("cpuset.cpus", "").empty());
  EXPECT_FALSE(shown("io.max", "").empty());
  EXPECT_EQ(
      shown("io.max", "8:0 rbps=1048576 wbps=max riops=max wiops=7\n8:16 rbps=max wbps=512 riops=max wiops=max\n"),
      "8:0 rbps=1M wiops=7, 8:16 wbps=512");
}

RC_GTEST_PROP(AnyValue, IsReadBackFromWhatIsPrinted, ()) {
  const Limit& limit = generate::any_limit();
  const Value value = generate::value_of(limit);
  const auto back = parse_value(limit, print_value(value));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == value);
}

RC_GTEST_PROP(AnyValue, HasAWordForPeople, ()) {
  const Limit& limit = generate::any_limit();
  RC_ASSERT(!print_value_for_people(limit, generate::value_of(limit)).empty());
}

RC_GTEST_PROP(AnyIdList, CountsWhatItNames, ()) {
  const Limit& limit = row("cpuset.cpus");
  const auto list = generate::id_list(limit);
  RC_ASSERT(std::get<IdList>(parse_value(limit, list.ranges).value()) == list);
  RC_ASSERT(list.count() >= (list.ranges.empty() ? 0U : 1U) && list.count() <= 64U);
}

RC_GTEST_PROP(AnyText, IsNeverHalfReadAsAValue, ()) {
  const Limit& limit = generate::any_limit();
  const auto text = *generate::nasty_text();
  const auto value = parse_value(limit, text);
  if (!value) return;
  RC_ASSERT(parse_value(limit, print_value(*value)).value() == *value);
}

}  // namespace cgroupd
