// What holds for every number and for every text.
#include <algorithm>

#include "model/quantity.h"
#include "support/properties.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

bool begins_with_digit(const std::string& text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}
bool has_none_of(const std::string& text, std::string_view characters) {
  return text.find_first_of(characters) == std::string::npos;
}

}  // namespace

RC_GTEST_PROP(AnySize, IsReadBackFromItsDigits, ()) {
  const auto bytes = *generate::number(0, INT64_MAX);
  RC_ASSERT(parse_bytes(std::to_string(bytes)).value() == bytes);
}

RC_GTEST_PROP(AnySize, IsTheSameInEverySpellingOfAUnit, ()) {
  const auto count = *generate::number(0, 4096);
  const auto letter = *rc::gen::elementOf(std::string("KMGTP"));
  const auto small = static_cast<char>(letter - 'A' + 'a');
  const auto value = parse_bytes(std::to_string(count) + letter).value();
  for (const auto& unit : {std::string(1, small), std::string(1, letter) + "B", std::string(1, letter) + "iB",
                           std::string(1, small) + "ib"}) {
    RC_ASSERT(parse_bytes(std::to_string(count) + unit).value() == value);
  }
}

RC_GTEST_PROP(AnySize, IsPrintedWithinATenthOfItsUnit, ()) {
  const auto bytes = *generate::number(0, INT64_MAX / 2);
  const auto back = parse_bytes(print_bytes(bytes));
  RC_ASSERT(back.has_value());
  const auto distance = *back > bytes ? *back - bytes : bytes - *back;
  RC_ASSERT(distance <= bytes / 10);
}

RC_GTEST_PROP(AnySize, IsPrintedExactlyWhenItIsAMultipleOfItsUnit, ()) {
  const auto shift = *rc::gen::inRange(0U, 6U) * 10;
  const auto bytes = *generate::number(0, 1023) << shift;
  RC_ASSERT(parse_bytes(print_bytes(bytes)).value() == bytes);
}

// Whatever is accepted begins with a digit and has no blank, sign, hex or exponent in it, and fits.
RC_GTEST_PROP(AnyText, IsReadAsASizeOnlyWhenItLooksLikeOne, ()) {
  const auto text = *generate::nasty_text();
  const auto bytes = parse_bytes(text);
  if (!bytes) return;
  RC_ASSERT(begins_with_digit(text));
  RC_ASSERT(has_none_of(text, " \t\n\r+-xXeE%_"));
  RC_ASSERT(*bytes <= std::uint64_t{INT64_MAX});
}

RC_GTEST_PROP(AnyText, IsReadAsACountOnlyWhenItIsAllDigitsInRange, ()) {
  const auto text = *generate::nasty_text();
  const auto count = parse_count(text, 10, 1'000'000);
  if (!count) return;
  RC_ASSERT(std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }));
  RC_ASSERT(*count >= 10U && *count <= 1'000'000U);
}

RC_GTEST_PROP(AnyText, ThatIsRefusedIsToldInOneShortLine, ()) {
  const auto text = *generate::nasty_text();
  for (const auto& result : {parse_bytes(text), parse_count(text, 1, 9), parse_millicores(text), parse_percent(text),
                             parse_duration(text)}) {
    if (result) continue;
    RC_ASSERT(has_none_of(result.error().message, "\n\r\x1b"));
    RC_ASSERT(!result.error().message.empty() && result.error().message.size() < 250);
  }
}

RC_GTEST_PROP(AnyNumberOfCPUs, IsReadBackFromWhatIsPrinted, ()) {
  const auto millicores = *generate::number(1, 8'192'000);
  RC_ASSERT(parse_millicores(print_millicores(millicores)).value() == millicores);
}

RC_GTEST_PROP(AnyTimeSpan, IsReadBackFromWhatIsPrintedAndFromItsSeconds, ()) {
  const auto microseconds = *generate::number(1, 3'000'000'000'000'000);
  RC_ASSERT(parse_time_span(print_duration(microseconds)).value() == microseconds);
  const auto seconds = *generate::number(1, 3'000'000'000);
  RC_ASSERT(parse_time_span(std::to_string(seconds)).value() == seconds * 1'000'000);
}

RC_GTEST_PROP(AnyTimeSpan, IsTheSumOfItsPartsInWhateverOrder, ()) {
  const auto hours = *generate::number(1, 1000);
  const auto minutes = *generate::number(0, 1000);
  const auto h = std::to_string(hours) + "h";
  const auto m = std::to_string(minutes) + "m";
  const auto expected = (hours * 60 + minutes) * 60'000'000;
  RC_ASSERT(parse_time_span(h + m).value() == expected);
  RC_ASSERT(parse_time_span(m + h).value() == expected);
}

RC_GTEST_PROP(AnyText, IsReadAsATimeSpanOnlyWhenItIsMoreThanNothingAndFitsAnyClock, ()) {
  const auto text = *generate::nasty_text();
  const auto span = parse_time_span(text);
  if (!span) {
    RC_ASSERT(has_none_of(span.error().message, "\n\r\x1b"));
    return;
  }
  RC_ASSERT(begins_with_digit(text));
  RC_ASSERT(has_none_of(text, " \t\n\r+-_%"));
  RC_ASSERT(*span > 0U && *span <= 3'153'600'000'000'000U);
}

RC_GTEST_PROP(AnyDuration, IsReadBackFromWhatIsPrinted, ()) {
  const auto microseconds = *generate::number(0, 100'000'000'000'000);
  RC_ASSERT(parse_duration(print_duration(microseconds)).value() == microseconds);
}

}  // namespace cgroupd
