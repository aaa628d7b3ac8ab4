// The manual pages: whatever is in a table is in them, and nothing else.
#include "client/manual.h"

#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/verb.h"
#include "model/limits.h"
#include "support/checkout.h"

namespace cgroupd::client::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string page(const std::string& name) {
  const auto text = text_of_checkout(name);
  EXPECT_FALSE(text.empty()) << name;
  return filled_manual(text);
}

// As it stands in roff.
std::string bold(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '-' ? std::string("\\-") : std::string(1, c);
  return "\\fB" + out + "\\fR";
}

class AManualPage : public testing::TestWithParam<const char*> {};

TEST_P(AManualPage, IsFilledInAndHasTheUsualSections) {
  const auto text = page(GetParam());
  for (const auto* const mark : {"@VERSION@", "@OPTIONS@", "@VERBS@", "@LIMITS@", "@KEYS@"}) {
    EXPECT_THAT(text, Not(HasSubstr(mark)));
  }
  for (const auto* const section : {"NAME", "SYNOPSIS", "DESCRIPTION", "SEE ALSO"}) {
    EXPECT_THAT(text, HasSubstr("\n.SH " + std::string(section) + "\n"));
  }
}

INSTANTIATE_TEST_SUITE_P(All, AManualPage,
                         testing::Values("client/man/cgctl.1.in", "daemon/man/cgroupd.8.in",
                                         "daemon/man/cgroupd.conf.5.in", "daemon/man/cgroups.d.5.in"));

TEST(TheManualsOfFiles, HaveEveryKeyOfTheLimitTable) {
  for (const auto* const name : {"daemon/man/cgroupd.conf.5.in", "daemon/man/cgroups.d.5.in"}) {
    const auto text = page(name);
    for (const auto& limit : all_limits()) {
      for (const auto& flag : limit.flags) EXPECT_THAT(text, HasSubstr("\n" + bold(flag.name) + " = ")) << name;
    }
    EXPECT_THAT(text, HasSubstr("\n" + bold("drift") + " = ")) << name;
  }
}

TEST(TheManualOfTheConfiguration, HasEveryKeyOfTheShippedFileAndItsDefault) {
  const auto text = page("daemon/man/cgroupd.conf.5.in");
  std::istringstream file(text_of_checkout("conf/cgroupd.conf"));
  int keys = 0;
  for (std::string line; std::getline(file, line);) {
    // "#key = value" is a default, "# prose" is prose.
    const auto equals = line.find(" = ");
    if (line.size() < 2 || line[0] != '#' || line[1] == ' ' || equals == std::string::npos) continue;
    ++keys;
    EXPECT_THAT(text, HasSubstr("\n" + bold(line.substr(1, equals - 1)) + " = ")) << line;
    EXPECT_THAT(text, HasSubstr("Default: " + line.substr(equals + 3) + ".\n")) << line;
  }
  EXPECT_GE(keys, 5);
}

TEST(ATableInRoff, KeepsHyphensAndBeginsNoRequest) {
  const auto text = filled_manual("@VERBS@\n@LIMITS@\n");
  EXPECT_THAT(text, HasSubstr("cgctl set web \\-\\-memory 512M"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('.')) continue;
    EXPECT_THAT(line, testing::MatchesRegex("[.](TP|PP|nf|fi|RE|RS 4|SS .*)"));
  }
}

TEST(TheManualOfCgctl, HasEveryVerbEveryOptionAndEveryFlag) {
  const auto text = page("client/man/cgctl.1.in");
  for (const auto* const verb : all_verbs()) {
    EXPECT_THAT(text, HasSubstr("\n.SS " + std::string(verb->name)));
    for (const auto& option : verb->options) EXPECT_THAT(text, HasSubstr(bold("--" + std::string(option.name))));
  }
  for (const auto& option : global_options()) EXPECT_THAT(text, HasSubstr(bold("--" + std::string(option.name))));
  for (const auto& limit : all_limits()) {
    for (const auto& flag : limit.flags) {
      EXPECT_THAT(text, HasSubstr(bold("--" + std::string(flag.name))));
      EXPECT_THAT(text, HasSubstr(bold("--" + std::string(flag.alias.empty() ? flag.name : flag.alias))));
    }
    EXPECT_THAT(text, HasSubstr("; " + std::string(limit.file) + ", Linux " + std::string(limit.since)));
  }
}

}  // namespace
}  // namespace cgroupd::client::test
