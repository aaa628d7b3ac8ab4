// Near misses.
#include "model/suggest.h"

#include "model/limits.h"
#include "support/properties.h"

namespace cgroupd {
namespace {

const std::vector<std::string_view> known_files = {"memory.max", "memory.high", "cpu.max", "cpu.weight", "pids.max"};

}  // namespace

TEST(ASuggestion, IsTheWordWithALetterWrong) {
  EXPECT_EQ(nearest_word("memory.mx", known_files), "memory.max");
  EXPECT_EQ(nearest_word("memmory.max", known_files), "memory.max");
  EXPECT_EQ(nearest_word("memroy.max", known_files), "memory.max");
  EXPECT_EQ(nearest_word("pid.max", known_files), "pids.max");
  EXPECT_EQ(nearest_word("cpu.weigth", known_files), "cpu.weight");
}

TEST(ASuggestion, IsTheWordThatWasBegun) {
  EXPECT_EQ(nearest_word("memory.hi", known_files), "memory.high");
  EXPECT_EQ(nearest_word("pids", known_files), "pids.max");
}

TEST(ASuggestion, IsNoneWhenNothingIsNear) {
  for (const auto* const far : {"", "x", "banana", "zzzzzzzz", "m"})
    EXPECT_EQ(nearest_word(far, known_files), "") << far;
  EXPECT_EQ(nearest_word("memory.max", {}), "");
  EXPECT_EQ(nearest_word(std::string(5000, 'm'), known_files), "");
}

RC_GTEST_PROP(AnySuggestion, IsTheWordItselfWhenThatIsKnown, ()) {
  std::vector<std::string_view> names;
  for (const auto& limit : all_limits()) names.push_back(limit.file);
  const auto word = *rc::gen::elementOf(names);
  RC_ASSERT(nearest_word(word, names) == word);
}

RC_GTEST_PROP(AnySuggestion, SurvivesALetterLeftOut, ()) {
  const auto word = std::string(*rc::gen::elementOf(known_files));
  auto typed = word;
  typed.erase(*rc::gen::inRange<std::size_t>(0, word.size()), 1);
  RC_ASSERT(!nearest_word(typed, known_files).empty());
}

}  // namespace cgroupd
