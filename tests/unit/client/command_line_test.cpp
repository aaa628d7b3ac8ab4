// What right input means: which words reach the daemon.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/tokens.h"
#include "fake_manager.h"

namespace cgroupd::client::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Sent {
  std::vector<std::string> arguments;
  std::string expected;
};

std::ostream& operator<<(std::ostream& out, const Sent& sent) {
  return out << sent.expected;
}

class SentTest : public testing::TestWithParam<Sent> {};

TEST_P(SentTest, IsWhatWasMeant) {
  FakeDaemon daemon;
  const auto said = cgctl(daemon, GetParam().arguments);
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(daemon.asked, ElementsAre(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Flags, SentTest,
    testing::Values(
        Sent{{"set", "web", "--memory", "512M"}, "set_limits web memory.max=536870912"},
        Sent{{"set", "--memory=512M", "web"}, "set_limits web memory.max=536870912"},
        Sent{{"set", "web", "-m", "512M"}, "set_limits web memory.max=536870912"},
        Sent{{"set", "web", "-m512M"}, "set_limits web memory.max=536870912"},
        Sent{{"set", "web", "-m=512M"}, "set_limits web memory.max=536870912"},
        Sent{{"set", "web", "--memory", "max"}, "set_limits web memory.max=max"},
        Sent{{"set", "web", "--memory", "50%"}, "set_limits web memory.max=50%"},
        Sent{{"set", "web", "--memory", "1G", "--memory", "1G"}, "set_limits web memory.max=1073741824"},
        Sent{{"set", "web", "--cpus", "1.5", "--cpu-period", "50ms"}, "set_limits web cpu.max=cpus=1.5 period=50000"},
        Sent{{"set", "web", "--cpus=.5"}, "set_limits web cpu.max=0.5"},
        Sent{{"set", "web", "--pids", "7"}, "set_limits web pids.max=7"},
        Sent{{"set", "web", "--oom-group", "--cpu-idle=no"}, "set_limits web memory.oom.group=1 cpu.idle=0"},
        Sent{{"set", "--oom-group", "web"}, "set_limits web memory.oom.group=1"},
        Sent{{"set", "--oom-group", "no", "web"}, "set_limits web memory.oom.group=0"},
        Sent{{"set", "web", "--set", "memory.max=1G", "--set", "cpu.max=50000 100000"},
             "set_limits web memory.max=1073741824 cpu.max=50000 100000"},
        Sent{{"set", "web", "--device-read-bps", "/dev/sda:1M", "--device-write-iops", "8:0:100"},
             "set_limits web io.max=8:0 rbps=1048576 wiops=100"},
        Sent{{"set", "--force", "web", "-q", "--memory", "1G"}, "set_limits force web memory.max=1073741824"},
        Sent{{"set", "--memory", "1G", "--", "web"}, "set_limits web memory.max=1073741824"},
        Sent{{"set", "web", "--cpus", "4", "--for", "1h30m"}, "set_limits lease 1h30m web cpu.max=4"},
        Sent{{"set", "web", "--cpus", "4", "--for=90"}, "set_limits lease 1m30s web cpu.max=4"},
        Sent{{"set", "web", "-m", "1G", "--within", "5m", "--runtime"},
             "set_limits runtime within 5m web memory.max=1073741824"},
        Sent{{"set", "web", "--drift", "report"}, "set_limits drift report web"},
        Sent{{"set", "web", "--drift=adopt", "--drift", "adopt", "--pids", "7"},
             "set_limits drift adopt web pids.max=7"},
        Sent{{"set", "web", "-m", "1G", "--plan", "--force", "--for", "10"},
             "plan force lease 10s web memory.max=1073741824"},
        Sent{{"create", "a/b", "--if-absent"}, "create if_absent a/b"},
        Sent{{"set", "web", "--pids", "7", "--on-missing=skip"}, "set_limits on_missing skip web pids.max=7"},
        Sent{{"create", "web", "--on-missing", "refuse"}, "create on_missing refuse web"},
        Sent{{"create", "a/b", "--runtime", "--drift", "report"}, "create runtime drift report a/b"},
        Sent{{"unset", "web", "--memory", "cpu.max", "pids", "memory.max"}, "unset web memory.max cpu.max pids.max"},
        Sent{{"remove", "web", "--kill"}, "remove kill web"}));

TEST(AGlobalOption, IsTakenBeforeAndBehindTheVerb) {
  FakeDaemon daemon;
  EXPECT_EQ(cgctl(daemon, {"--json", "list"}).out, "[]\n");
  EXPECT_EQ(cgctl(daemon, {"list", "--json"}).out, "[]\n");
}

TEST(TheBus, IsTheUsersUnlessRootAsksOrItIsNamed) {
  FakeDaemon daemon;
  EXPECT_EQ(cgctl(daemon, {"list"}).bus, BusChoice(Bus::user));
  EXPECT_EQ(cgctl(daemon, {"list"}, true).bus, BusChoice(Bus::system));
  EXPECT_EQ(cgctl(daemon, {"--user", "list"}, true).bus, BusChoice(Bus::user));
  EXPECT_EQ(cgctl(daemon, {"list", "--system"}).bus, BusChoice(Bus::system));
  EXPECT_EQ(cgctl(daemon, {"list", "--bus=unix:path=/b"}).bus, BusChoice(std::string("unix:path=/b")));
}

TEST(CpuShares, SayTheWeightTheyBecome) {
  FakeDaemon daemon;
  const auto said = cgctl(daemon, {"set", "web", "--cpu-shares", "1024"});
  EXPECT_THAT(daemon.asked, ElementsAre("set_limits web cpu.weight=100"));
  EXPECT_THAT(said.err, HasSubstr("--cpu-shares 1024 is cpu.weight 100"));
  EXPECT_THAT(said.err, HasSubstr("log2(shares)"));
}

TEST(APartition, IsSaidToBecomeItsDisk) {
  FakeDaemon daemon;
  const auto said = cgctl(daemon, {"set", "web", "--device-read-bps", "/dev/sda1:1M"});
  EXPECT_THAT(daemon.asked, ElementsAre("set_limits web io.max=8:0 rbps=1048576"));
  EXPECT_EQ(said.err, "cgctl: it is a partition\n");
}

TEST(TheCommandOfRun, BeginsAtTheSecondWordOrBehindTwoDashes) {
  const auto command = [](const std::vector<std::string>& arguments) { return cut(arguments).value().command; };
  EXPECT_THAT(command({"run", "web", "--", "ls", "--json"}), ElementsAre("ls", "--json"));
  EXPECT_THAT(command({"run", "web", "ls", "--json", "--", "x"}), ElementsAre("ls", "--json", "--", "x"));
  EXPECT_THAT(command({"run", "--memory", "1G", "web", "-q", "sleep", "5"}), ElementsAre("sleep", "5"));
  EXPECT_THAT(command({"run", "web", "--", "--help"}), ElementsAre("--help"));
  EXPECT_THAT(command({"run", "web"}), IsEmpty());
  EXPECT_THAT(command({"run", "web", "--"}), IsEmpty());
}

TEST(Help, IsGivenHoweverUnfinishedTheRestIs) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"--help"}, {"-h"}, {"help"}}) {
    const auto said = cgctl(arguments);
    EXPECT_EQ(said.status, 0);
    EXPECT_THAT(said.out, HasSubstr("usage: cgctl [OPTIONS] VERB"));
    EXPECT_EQ(said.err, "");
  }
  EXPECT_EQ(cgctl({"set", "--help"}).out, cgctl({"help", "set"}).out);
  EXPECT_EQ(cgctl({"--help", "set"}).out, cgctl({"help", "set"}).out);
}

TEST(Help, NamesEveryFlagOfTheLimitTableAndFitsATerminal) {
  const auto text = cgctl({"set", "--help"}).out;
  for (const auto& limit : all_limits()) {
    for (const auto& flag : limit.flags) {
      EXPECT_THAT(text, HasSubstr("--" + std::string(flag.name) + " " + std::string(flag.placeholder)));
      EXPECT_THAT(text, HasSubstr("--" + std::string(flag.alias)));
    }
    EXPECT_THAT(text, HasSubstr(" " + std::string(limit.file) + " "));
  }
  for (const auto* const verb : all_verbs()) {
    std::istringstream lines(cgctl({"help", std::string(verb->name)}).out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(EveryExampleInTheHelp, IsRightInput) {
  for (const auto* const verb : all_verbs()) {
    for (const std::string_view example : verb->examples) {
      std::istringstream words{std::string(example.substr(0, example.find(" |")))};
      std::vector<std::string> arguments;
      std::string word;
      words >> word;
      EXPECT_EQ(word, "cgctl");
      while (words >> word && !word.starts_with("$")) arguments.push_back(word);
      if (example.find('$') != std::string_view::npos) arguments.emplace_back("1");
      const auto tokens = cut(arguments);
      ASSERT_TRUE(tokens) << example << ": " << tokens.error().text();
      const auto line = read_command_line(*tokens, [](const std::string&) { return ResolvedDevice{}; });
      EXPECT_TRUE(line) << example << ": " << line.error().text();
    }
  }
}

TEST(TheVersion, NeedsNoDaemon) {
  const auto said = cgctl({"--version"});
  EXPECT_EQ(said.status, 0);
  EXPECT_THAT(said.out, testing::MatchesRegex("cgctl [0-9.]+\n"));
  EXPECT_FALSE(said.bus.has_value());
}

}  // namespace
}  // namespace cgroupd::client::test
