// cgctl's grammar: what may be written behind a flag, and what is said when it is wrong.
#include "model/limit_change.h"
#include "support/named.h"
#include "support/properties.h"
#include "support/results.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

std::string canonical(std::string_view file, std::string_view text) {
  const auto change = parse_change(row(file), text);
  return change ? print_change(*change) : "refused: " + change.error().text();
}
Result<Change> by_flag(std::string_view name, std::string_view text) {
  const auto match = find_flag(name);
  return parse_flag_change(*match.limit, *match.flag, text);
}

}  // namespace

TEST(AWish, IsReadInEveryFormTheRowAllows) {
  for (const auto& [file, text, printed] : std::initializer_list<std::tuple<const char*, const char*, const char*>>{
           {"memory.max", "512M", "536870912"},
           {"memory.max", "max", "max"},
           {"memory.max", "50%", "50%"},
           {"memory.max", "12.5%", "12.5%"},
           {"memory.low", "0", "0"},
           {"memory.oom.group", "yes", "1"},
           {"pids.max", "200", "200"},
           {"pids.max", "max", "max"},
           {"cpu.max", "1.5", "1.5"},
           {"cpu.max", "max", "max"},
           {"cpu.max", "50%", "50%"},
           {"cpu.max", "50000 100000", "50000 100000"},
           {"cpu.max", "max 100000", "max 100000"},
           {"cpu.max", "quota=50000", "quota=50000"},
           {"cpu.max", "period=200000", "period=200000"},
           {"cpu.max", "period=200ms quota=100ms", "100000 200000"},
           {"cpu.max", "cpus=1.5 period=50000", "cpus=1.5 period=50000"},
           {"cpu.max.burst", "20ms", "20000"},
           {"cpu.max.burst", "20000", "20000"},
           {"cpu.weight", "777", "777"},
           {"cpu.idle", "no", "0"},
           {"cpuset.cpus", "3,0-1", "0-1,3"},
           {"io.weight", "200", "default 200"},
           {"io.weight", "default 200, 8:0 50", "default 200, 8:0 50"},
           {"io.weight", "8:0 default", "8:0 default"},
           {"io.max", "8:0 rbps=1M wiops=max", "8:0 rbps=1048576 wiops=max"},
           {"io.max", "8:0 rbps=1M, 8:16 riops=7", "8:0 rbps=1048576, 8:16 riops=7"},
       }) {
    EXPECT_EQ(canonical(file, text), printed) << file << " '" << text << "'";
  }
}

TEST(AWish, IsRefusedWithTheFileAndTheWordWhenItIsNonsense) {
  for (const auto& limit : all_limits()) {
    for (const std::string text :
         {"64Q", "-1", "0x10", "1e3", "99999999999999999999", "٣", "bogus", "nan", "5 5 5 5"}) {
      const auto change = parse_change(limit, text);
      SCOPED_TRACE(std::string(limit.file) + " '" + text + "'");
      ASSERT_FALSE(change) << print_change(*change);
      EXPECT_TRUE(change.error().code == ErrorCode::invalid_argument || change.error().code == ErrorCode::out_of_range);
      EXPECT_NE(change.error().message.find(limit.file), std::string::npos) << change.error().text();
      EXPECT_NE(change.error().message.find(text.substr(0, text.find(' '))), std::string::npos)
          << change.error().text();
    }
  }
}

TEST(AWish, IsRefusedWhenBlank) {
  for (const auto& limit : all_limits()) {
    for (const auto* const text : {"", " ", "\n", "\t"})
      EXPECT_FALSE(parse_change(limit, text)) << limit.file << " '" << text << "'";
  }
}

TEST(AWish, ShowsARightOneWhenItIsWrong) {
  for (const auto& limit : all_limits()) {
    const auto change = parse_change(limit, "bogus");
    ASSERT_FALSE(change);
    EXPECT_FALSE(change.error().hint.empty()) << limit.file << ": " << change.error().message;
  }
}

TEST(AWish, IsRefusedOutsideOfItsRange) {
  for (const auto& [file, text] : std::initializer_list<std::pair<const char*, const char*>>{
           {"memory.max", "0"},         {"memory.max", "4095"},   {"memory.high", "1"},
           {"memory.low", "1"},         {"memory.max", "8192P"},  {"pids.max", "0"},
           {"pids.max", "4194305"},     {"cpu.max", "0"},         {"cpu.max", "0.0"},
           {"cpu.max", "999 100000"},   {"cpu.max", "50000 999"}, {"cpu.max", "50000 1000001"},
           {"cpu.max", "period=2s"},    {"cpu.weight", "0"},      {"cpu.weight", "10001"},
           {"cpu.max.burst", "10000s"}, {"cpuset.cpus", "8192"},  {"io.weight", "0"},
           {"io.weight", "8:0 10001"},  {"io.max", "8:0 rbps=0"}, {"memory.max", "101%"},
           {"memory.max", "0%"}}) {
    EXPECT_TRUE(failed_with(parse_change(row(file), text), ErrorCode::out_of_range)) << file << " '" << text << "'";
  }
}

TEST(AWish, HasNoMaxWhereTheKernelKnowsNone) {
  for (const auto* const file :
       {"memory.oom.group", "cpu.weight", "cpu.idle", "cpu.max.burst", "cpuset.cpus", "io.weight"}) {
    EXPECT_FALSE(parse_change(row(file), "max")) << file;
  }
}

TEST(AWishForCpuMax, SaysNothingTwice) {
  for (const auto* const text :
       {"quota=1000 quota=2000", "cpus=1 quota=1000", "period=1000 period=1000", "1000 2000 3000", "quota=", "=1000",
        "period", "1.5 100000", "quota=1.5", "weight=5"}) {
    EXPECT_FALSE(parse_change(row("cpu.max"), text)) << text;
  }
}

TEST(AWishByFlag, SpeaksOfAPartOnly) {
  EXPECT_EQ(print_change(by_flag("cpus", "1.5").value()), "1.5");
  EXPECT_EQ(print_change(by_flag("cpu-quota", "50ms").value()), "quota=50000");
  EXPECT_EQ(print_change(by_flag("cpu-quota", "50000").value()), "quota=50000");
  EXPECT_EQ(print_change(by_flag("cpu-period", "200000").value()), "period=200000");
  EXPECT_EQ(print_change(by_flag("device-read-bps", "8:0:1M").value()), "8:0 rbps=1048576");
  EXPECT_EQ(print_change(by_flag("device-write-iops", "8:0:max").value()), "8:0 wiops=max");
  EXPECT_EQ(print_change(by_flag("cpu-shares", "1024").value()), "100");
  EXPECT_EQ(print_change(by_flag("memory", "64M").value()), "67108864");
}

TEST(AWishByFlag, IsRefusedLikeAnyOther) {
  for (const auto& [flag, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"cpus", "0"},
                                                                  {"cpus", "-1"},
                                                                  {"cpus", "1.5 100000"},
                                                                  {"cpu-quota", "999"},
                                                                  {"cpu-period", "999"},
                                                                  {"cpu-period", "max"},
                                                                  {"cpu-shares", "1"},
                                                                  {"cpu-shares", "262145"},
                                                                  {"device-read-bps", "8:0"},
                                                                  {"device-read-bps", "1M"},
                                                                  {"device-read-bps", "8:0:0"},
                                                                  {"device-read-iops", "8:0:1M"},
                                                                  {"memory", ""},
                                                                  {"memory", "64Q"},
                                                                  {"pids-limit", "-1"}}) {
    EXPECT_FALSE(by_flag(flag, text)) << flag << " '" << text << "'";
  }
}

TEST(Shares, BecomeAWeightSoThatTheDefaultsMeet) {
  EXPECT_EQ(weight_of_shares(1024), 100U);
  EXPECT_EQ(weight_of_shares(2), 1U);
  EXPECT_EQ(weight_of_shares(262144), 10000U);
  EXPECT_GT(weight_of_shares(2048), 100U);
}

RC_GTEST_PROP(AnyShares, AreAWeightInRangeAndInOrder, ()) {
  const auto shares = *generate::number(2, 262'143);
  RC_ASSERT(weight_of_shares(shares) >= 1U && weight_of_shares(shares) <= 10'000U);
  RC_ASSERT(weight_of_shares(shares) <= weight_of_shares(shares + 1));
}

// A wish for a value is read back from its text. An io.weight without devices, a list of nothing and the like have no
// text.
RC_GTEST_PROP(AnyWish, IsReadBackFromWhatIsPrinted, ()) {
  const Limit& limit = generate::any_limit();
  const Change change = change_to(generate::value_of(limit));
  const std::string text = print_change(change);
  RC_PRE(!text.empty());
  const auto back = parse_change(limit, text);
  if (!back) RC_FAIL(text + ": " + back.error().text());
  RC_ASSERT(*back == change);
}

RC_GTEST_PROP(AnyText, ThatIsReadAsAWishIsReadBackFromWhatIsPrinted, ()) {
  const Limit& limit = generate::any_limit();
  const auto change = parse_change(limit, *generate::nasty_text());
  if (!change) {
    RC_ASSERT(change.error().message.starts_with(limit.file));
    return;
  }
  RC_ASSERT(parse_change(limit, print_change(*change)).value() == *change);
}

}  // namespace cgroupd
