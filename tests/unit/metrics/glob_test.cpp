// Patterns for names.
#include "metrics/glob.h"

#include <string>

#include <gtest/gtest.h>

namespace cgroupd {
namespace {

TEST(AGlob, MatchesTheWholeText) {
  EXPECT_TRUE(matches_glob("web", "web"));
  EXPECT_FALSE(matches_glob("web", "web2"));
  EXPECT_FALSE(matches_glob("web", "a/web"));
  EXPECT_TRUE(matches_glob("", ""));
  EXPECT_FALSE(matches_glob("", "a"));
}

TEST(AStar, StaysWithinAComponent) {
  EXPECT_TRUE(matches_glob("batch/*", "batch/a"));
  EXPECT_FALSE(matches_glob("batch/*", "batch/a/b"));
  EXPECT_FALSE(matches_glob("batch/*", "batch"));
  EXPECT_TRUE(matches_glob("*b*/*.scope", "abc/x.y.scope"));
  EXPECT_FALSE(matches_glob("*.scope", "a/b.scope"));
}

TEST(TwoStars, GoBeyond) {
  EXPECT_TRUE(matches_glob("**", "a/b/c"));
  EXPECT_TRUE(matches_glob("batch/**", "batch/a/b"));
  EXPECT_FALSE(matches_glob("batch/**", "batch"));
  EXPECT_TRUE(matches_glob("**/tmp", "a/b/tmp"));
  EXPECT_FALSE(matches_glob("**/tmp", "tmp"));
  EXPECT_TRUE(matches_glob("a/**/z*", "a/b/c/zoo"));
  EXPECT_FALSE(matches_glob("a/**/z*", "a/b/c/zoo/x"));
}

TEST(AQuestionMark, IsOneCharacterButASlash) {
  EXPECT_TRUE(matches_glob("we?", "web"));
  EXPECT_FALSE(matches_glob("we?", "we"));
  EXPECT_FALSE(matches_glob("a?b", "a/b"));
}

TEST(AGlob, DoesNotTakeForEver) {
  const std::string text(200, 'a');
  EXPECT_FALSE(matches_glob("*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
  EXPECT_FALSE(matches_glob("**a**a**a**a**a**a**a**a**b", text));
}

}  // namespace
}  // namespace cgroupd
