// Numbers with units: what is read, what is refused, and in which words.
#include "model/quantity.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace cgroupd {
namespace {

struct ReadAs {
  const char* text;
  std::uint64_t value;
};
struct Refusal {
  const char* text;
  ErrorCode code;
};

// The word that was wrong is in the sentence, and there is advice.
template <typename T>
void expect_refusal(const Result<T>& result, const Refusal& refusal) {
  SCOPED_TRACE(std::string("'") + refusal.text + "'");
  ASSERT_TRUE(failed_with(result, refusal.code));
  const std::string text = refusal.text;
  if (!text.empty() && text.find('\n') == std::string::npos) {
    EXPECT_NE(result.error().message.find(text), std::string::npos) << result.error().message;
  }
  EXPECT_FALSE(result.error().hint.empty()) << result.error().message;
}

}  // namespace

TEST(ASize, IsReadInUnitsOf1024) {
  for (const auto& [text, value] : std::initializer_list<ReadAs>{{"0", 0},
                                                                 {"1", 1},
                                                                 {"4096", 4096},
                                                                 {"64M", 67108864},
                                                                 {"512m", 536870912},
                                                                 {"1K", 1024},
                                                                 {"1k", 1024},
                                                                 {"1KB", 1024},
                                                                 {"1KiB", 1024},
                                                                 {"2MiB", 2097152},
                                                                 {"1G", 1073741824},
                                                                 {"1gib", 1073741824},
                                                                 {"1T", 1099511627776},
                                                                 {"1P", 1125899906842624},
                                                                 {"100B", 100},
                                                                 {"007", 7},
                                                                 {"9223372036854775807", INT64_MAX}}) {
    EXPECT_EQ(parse_bytes(text).value_or(UINT64_MAX), value) << text;
  }
}

TEST(ASize, MayHaveAFraction) {
  EXPECT_EQ(parse_bytes("1.5G").value(), 1610612736U);
  EXPECT_EQ(parse_bytes("0.5K").value(), 512U);
  EXPECT_EQ(parse_bytes("0.1K").value(), 102U);
  EXPECT_EQ(parse_bytes("1.0M").value(), 1048576U);
}

TEST(ASize, IsRefusedWhenItIsNone) {
  for (const auto* const text :
       {"",    " ",    "64Q", "0x10", "1e3", "٣",     "max", "M",        ".M", "1.",  "1.M", "5 M", " 5M",
        "5M ", "5M\n", "+5M", "1,5M", "5MM", "5MiBs", "1.5", "infinity", "5i", "5iB", "10%", "five"}) {
    expect_refusal(parse_bytes(text), {text, ErrorCode::invalid_argument});
  }
}

TEST(ASize, IsRefusedWhenNegativeOrTooLarge) {
  for (const auto* const text : {"-1", "-1M", "99999999999999999999", "9223372036854775808", "18446744073709551616",
                                 "8192P", "9007199254740992K"}) {
    expect_refusal(parse_bytes(text), {text, ErrorCode::out_of_range});
  }
}

TEST(ASize, IsRefusedInOneLineEvenWhenItIsLongAndUgly) {
  const auto refused = parse_bytes("12" + std::string(5000, 'x') + "\n\x1b[31m");
  ASSERT_TRUE(failed_with(refused, ErrorCode::invalid_argument));
  EXPECT_LT(refused.error().message.size(), 200U);
  EXPECT_EQ(parse_bytes("1\x1b[31m").error().message.find('\x1b'), std::string::npos);
}

TEST(ASize, IsPrintedWithTheLargestUnitThatFits) {
  for (const auto& [text, value] : std::initializer_list<ReadAs>{{"0", 0},
                                                                 {"1", 1},
                                                                 {"1023", 1023},
                                                                 {"1K", 1024},
                                                                 {"64M", 67108864},
                                                                 {"1G", 1073741824},
                                                                 {"1.5G", 1610612736},
                                                                 {"4.8M", 4997120},
                                                                 {"1.5K", 1536},
                                                                 {"1023K", 1047552},
                                                                 {"1.0M", 1048577},
                                                                 {"1.0M", 1048575},
                                                                 {"2.0G", 2147483647}}) {
    EXPECT_EQ(print_bytes(value), text);
  }
}

TEST(ACount, IsAWholeNumberWithinItsRange) {
  EXPECT_EQ(parse_count("1", 1, 100).value(), 1U);
  EXPECT_EQ(parse_count("100", 1, 100).value(), 100U);
  for (const auto* const text : {"0", "101", "-1", "99999999999999999999"})
    expect_refusal(parse_count(text, 1, 100), {text, ErrorCode::out_of_range});
  for (const auto* const text : {"", " ", "1.5", "1e3", "0x10", "+5", "5 ", "5\n", "٣", "max", "64Q", "1K", "-"}) {
    expect_refusal(parse_count(text, 1, 100), {text, ErrorCode::invalid_argument});
  }
}

TEST(ACount, IsRefusedWithItsRange) {
  EXPECT_NE(parse_count("0", 1, 100).error().hint.find("1 to 100"), std::string::npos);
}

TEST(CPUs, AreReadInThousandths) {
  for (const auto& [text, value] : std::initializer_list<ReadAs>{
           {"1", 1000}, {"1.5", 1500}, {".5", 500}, {"0.25", 250}, {"0.001", 1}, {"2.000", 2000}, {"8192", 8192000}}) {
    EXPECT_EQ(parse_millicores(text).value_or(0), value) << text;
  }
}

TEST(CPUs, AreRefusedWhenNothingOrTooMany) {
  for (const auto* const text : {"0", "0.0", "0.000", "-1", "-0.5", "8193", "99999999999999999"}) {
    expect_refusal(parse_millicores(text), {text, ErrorCode::out_of_range});
  }
}

TEST(CPUs, AreRefusedWhenNoPlainDecimal) {
  for (const auto* const text :
       {"", " ", "1.5 ", ".", "1.", "1.0001", "1e1", "0x1", "one", "1,5", "+1", "500m", "50%", "٣"}) {
    expect_refusal(parse_millicores(text), {text, ErrorCode::invalid_argument});
  }
}

TEST(CPUs, ArePrintedWithoutUselessZeros) {
  EXPECT_EQ(print_millicores(1500), "1.5");
  EXPECT_EQ(print_millicores(1000), "1");
  EXPECT_EQ(print_millicores(50), "0.05");
  EXPECT_EQ(print_millicores(1), "0.001");
}

TEST(APercentage, IsReadInHundredths) {
  EXPECT_EQ(parse_percent("50%").value(), 5000U);
  EXPECT_EQ(parse_percent("12.5%").value(), 1250U);
  EXPECT_EQ(parse_percent("0.01%").value(), 1U);
  EXPECT_EQ(parse_percent("100%").value(), 10000U);
}

TEST(APercentage, IsRefusedOutOfRangeOrMalformed) {
  for (const auto* const text : {"0%", "0.00%", "100.01%", "101%", "1000%"})
    expect_refusal(parse_percent(text), {text, ErrorCode::out_of_range});
  for (const auto* const text : {"", "%", "50", "50 %", "50%%", "0.001%", "-5%", "1e1%", "٣%"}) {
    expect_refusal(parse_percent(text), {text, ErrorCode::invalid_argument});
  }
}

TEST(ADuration, IsReadInMicroseconds) {
  for (const auto& [text, value] : std::initializer_list<ReadAs>{{"250us", 250},
                                                                 {"20ms", 20'000},
                                                                 {"10s", 10'000'000},
                                                                 {"5m", 300'000'000},
                                                                 {"5min", 300'000'000},
                                                                 {"2h", 7'200'000'000},
                                                                 {"1d", 86'400'000'000},
                                                                 {"1h30m", 5'400'000'000},
                                                                 {"1.5s", 1'500'000},
                                                                 {"0s", 0}}) {
    EXPECT_EQ(parse_duration(text).value_or(UINT64_MAX), value) << text;
  }
}

TEST(ADuration, IsRefusedWithoutAUnit) {
  for (const auto* const text : {"", " ", "10", "10 s", "s", "1h30", "-5s", "5S", "5weeks", "1e3s", "٣s"}) {
    expect_refusal(parse_duration(text), {text, ErrorCode::invalid_argument});
  }
}

TEST(ADuration, IsRefusedWhenTooLong) {
  EXPECT_TRUE(failed_with(parse_duration("999999999999d"), ErrorCode::out_of_range));
  EXPECT_TRUE(failed_with(parse_duration("100000000d100000000d"), ErrorCode::out_of_range));
}

TEST(ATimeSpan, IsADurationOrSeconds) {
  for (const auto& [text, value] : std::initializer_list<ReadAs>{{"600", 600'000'000},
                                                                 {"1", 1'000'000},
                                                                 {"10m", 600'000'000},
                                                                 {"1h30m", 5'400'000'000},
                                                                 {"2d", 172'800'000'000},
                                                                 {"250ms", 250'000},
                                                                 {"36500d", 3'153'600'000'000'000}}) {
    EXPECT_EQ(parse_time_span(text).value_or(0), value) << text;
  }
}

TEST(ATimeSpan, IsRefusedWhenItIsNothingNegativeOrEndless) {
  for (const auto* const text :
       {"0", "0s", "0m0s", "-5", "-5m", "36501d", "3153600001", "99999999999999999999999", "999999999999d"}) {
    expect_refusal(parse_time_span(text), {text, ErrorCode::out_of_range});
  }
  for (const auto* const text : {"", " ", "10 s", "1h30", "1.5", "s", "soon", "-", "1e3", "+5"}) {
    expect_refusal(parse_time_span(text), {text, ErrorCode::invalid_argument});
  }
}

TEST(ADuration, IsPrintedLargestUnitFirst) {
  EXPECT_EQ(print_duration(0), "0s");
  EXPECT_EQ(print_duration(5'400'000'000), "1h30m");
  EXPECT_EQ(print_duration(20'000), "20ms");
  EXPECT_EQ(print_duration(86'400'000'001), "1d1us");
}

TEST(AFlag, IsYesOrNo) {
  for (const auto* const yes : {"yes", "true", "on", "1"})
    EXPECT_EQ(parse_flag_value(yes).value_or(false), true) << yes;
  for (const auto* const no : {"no", "false", "off", "0"}) EXPECT_EQ(parse_flag_value(no).value_or(true), false) << no;
  for (const auto* const text : {"", "maybe", "YES", "2", "-1", " yes", "٣"})
    expect_refusal(parse_flag_value(text), {text, ErrorCode::invalid_argument});
}

}  // namespace cgroupd
