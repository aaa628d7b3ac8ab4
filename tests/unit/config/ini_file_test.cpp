// The INI reader: what it understands, and that it never guesses.
#include "config/ini_file.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

IniEntry entry(std::string section, std::string key, std::string value, std::size_t line) {
  return IniEntry{
      .section = std::move(section), .argument = "", .key = std::move(key), .value = std::move(value), .line = line};
}

std::string faults_of(std::string_view text) {
  return print_faults(read_ini("a.conf", text).faults);
}

TEST(AnIniFile, IsReadWithTheLineOfEveryEntry) {
  const IniFile ini = read_ini(
      "a.conf", "# a comment\n\n[daemon]\nlog-level = debug\n; another\nmax-cgroups=7\n[metrics]\nlisten =  none  \n");
  EXPECT_THAT(ini.faults, IsEmpty());
  EXPECT_THAT(ini.entries, ElementsAre(entry("daemon", "log-level", "debug", 4), entry("daemon", "max-cgroups", "7", 6),
                                       entry("metrics", "listen", "none", 8)));
}

TEST(AnIniFile, KeepsTheArgumentOfASection) {
  const IniFile ini = read_ini("a.conf", "[cgroup  batch/nightly ]\nmemory = 2G\n");
  ASSERT_EQ(ini.entries.size(), 1U);
  EXPECT_EQ(ini.entries[0].section, "cgroup");
  EXPECT_EQ(ini.entries[0].argument, "batch/nightly");
}

TEST(AnIniFile, ReportsSectionsWithoutKeys) {
  EXPECT_THAT(read_ini("a.conf", "[ceilings]\n[profile web]").sections,
              ElementsAre(IniSection{"ceilings", "", 1}, IniSection{"profile", "web", 2}));
}

TEST(AnIniFile, KeepsNamesThatInihWouldCut) {
  const std::string name(300, 'n');
  const IniFile ini = read_ini("a.conf", "[cgroup " + name + "]\nmemory = 1M\n");
  ASSERT_EQ(ini.entries.size(), 1U);
  EXPECT_EQ(ini.entries[0].argument, name);
}

TEST(AnIniFile, DoesNotJoinAnIndentedKeyToTheValueAbove) {
  EXPECT_THAT(read_ini("a.conf", "[defaults]\nmemory = 1M\n  cpus = 2\n").entries,
              ElementsAre(entry("defaults", "memory", "1M", 2), entry("defaults", "cpus", "2", 3)));
}

TEST(AnIniFile, MayBeginWithAByteOrderMarkAndEndLinesTheWindowsWay) {
  EXPECT_THAT(read_ini("a.conf", "\xEF\xBB\xBF[daemon]\r\nlog-level = info\r\n").entries,
              ElementsAre(entry("daemon", "log-level", "info", 2)));
}

TEST(AnIniFile, KeepsColonsHashesAndSemicolonsInsideAValue) {
  EXPECT_THAT(read_ini("a.conf", "[s]\na = 8:0:1M\nb = x;y#z\nc = p=q\n").entries,
              ElementsAre(entry("s", "a", "8:0:1M", 2), entry("s", "b", "x;y#z", 3), entry("s", "c", "p=q", 4)));
}

TEST(AnIniFile, GivesAnEmptyValueOnAsEmpty) {
  EXPECT_THAT(read_ini("a.conf", "[defaults]\nmemory =\n").entries, ElementsAre(entry("defaults", "memory", "", 2)));
}

TEST(AnIniFile, ReadsTheLongestLineWholeAndRefusesALongerOne) {
  constexpr std::size_t longest = 197;
  const std::string value(longest - 4, 'v');
  const IniFile fits = read_ini("a.conf", "[s]\nk = " + value + "\n");
  ASSERT_EQ(fits.entries.size(), 1U);
  EXPECT_EQ(fits.entries[0].value, value);

  const IniFile too_long = read_ini("a.conf", "[s]\nk = v" + value + "\nnext = 1\n");
  EXPECT_EQ(print_faults(too_long.faults), "a.conf:2: the line has 198 characters; at most 197 are allowed");
  EXPECT_THAT(too_long.entries, ElementsAre(entry("s", "next", "1", 3)));
}

TEST(AnIniFile, RefusesACommentBehindAValueInsteadOfCuttingOrKeepingIt) {
  EXPECT_EQ(faults_of("[s]\na = 1 ; one\nb = 2\t# two\n"),
            "a.conf:2: a comment needs a line of its own: move '; one' above the key\n"
            "a.conf:3: a comment needs a line of its own: move '# two' above the key");
}

TEST(AnIniFile, RefusesAKeyGivenTwiceInASectionOfTheFile) {
  EXPECT_EQ(faults_of("[s]\na = 1\n[t]\na = 2\n[s]\na = 3\n"),
            "a.conf:6: key 'a' is given twice in this section of the file");
}

TEST(AnIniFile, RefusesKeysBeforeTheFirstSection) {
  EXPECT_EQ(faults_of("a = 1\n[s]\n"), "a.conf:1: key 'a' stands before any [section]");
}

TEST(AnIniFile, RefusesLinesThatAreNothingItKnows) {
  EXPECT_EQ(faults_of("[s]\nlisten 127.0.0.1:9753\n= 5\nlog level = info\n"),
            "a.conf:2: expected 'key = value', a [section] or a # comment, found 'listen 127.0.0.1:9753'\n"
            "a.conf:3: '' is not a key: a key is made of letters, digits and - _ .\n"
            "a.conf:4: 'log level' is not a key: a key is made of letters, digits and - _ .");
}

TEST(AnIniFile, RefusesMalformedHeadersOnceAndNotTheLinesBelow) {
  EXPECT_EQ(faults_of("[s\na = 1\n[]\nb = 1\n[t] x\nc = 1\n[a/b]\n"),
            "a.conf:1: the section '[s' lacks its ']'\n"
            "a.conf:3: '[]' is not a section: expected [name] or [name argument]\n"
            "a.conf:5: found 'x' behind the section's ']'\n"
            "a.conf:7: '[a/b]' is not a section: expected [name] or [name argument]");
}

TEST(AnIniFile, RefusesControlCharactersWithoutPrintingThem) {
  using namespace std::string_view_literals;
  EXPECT_EQ(faults_of("[s]\na = \x1b[31m\nb = 1\0002\n"sv),
            "a.conf:2: the line has a control character\na.conf:3: the line has a control character");
}

TEST(AnIniFile, CollectsEveryFaultAndStillReadsTheRest) {
  const IniFile ini = read_ini("a.conf", "[s]\nnonsense\na = 1\nnonsense\n");
  EXPECT_EQ(ini.faults.size(), 2U);
  EXPECT_THAT(ini.entries, ElementsAre(entry("s", "a", "1", 3)));
}

TEST(AnIniFile, MayBeEmpty) {
  EXPECT_THAT(read_ini("a.conf", "").faults, IsEmpty());
  EXPECT_THAT(read_ini("a.conf", "\n\n#\n").faults, IsEmpty());
}

}  // namespace
}  // namespace cgroupd
