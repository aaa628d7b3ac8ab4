// What cgctl says to input that is wrong: exit 2, one sentence with the offending word and the right one, nothing sent.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_manager.h"

namespace cgroupd::client::test {
namespace {

using Words = std::vector<std::string>;

struct WrongInput {
  Words arguments;
  Words expected;  // in the message
};

std::ostream& operator<<(std::ostream& out, const WrongInput& input) {
  out << "cgctl";
  for (const auto& argument : input.arguments) out << " '" << argument << "'";
  return out;
}

class WrongInputTest : public testing::TestWithParam<WrongInput> {};

TEST_P(WrongInputTest, IsAUsageErrorThatNamesTheWordAndSendsNothing) {
  FakeDaemon daemon;
  const auto said = cgctl(daemon, GetParam().arguments);
  EXPECT_EQ(said.status, 2);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, testing::StartsWith("cgctl: "));
  EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  for (const auto& word : GetParam().expected) EXPECT_THAT(said.err, testing::HasSubstr(word));
  EXPECT_TRUE(daemon.asked.empty());
  EXPECT_FALSE(said.bus.has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Verbs, WrongInputTest,
    testing::Values(WrongInput{{}, {"a verb is missing", "cgctl --help"}},
                    WrongInput{{"craete", "web"}, {"unknown verb 'craete'", "did you mean create?"}},
                    WrongInput{{"xyzzy"}, {"unknown verb 'xyzzy'", "cgctl --help"}},
                    WrongInput{{"help", "sett"}, {"unknown verb 'sett'", "did you mean set?"}},
                    WrongInput{{"rm", "web"}, {"unknown verb 'rm'", "that is: cgctl remove NAME"}},
                    WrongInput{{"update", "web", "--memory", "1G"}, {"'update'", "cgctl set NAME LIMITS"}},
                    WrongInput{{"help", "inspect"}, {"'inspect'", "cgctl show NAME --json"}},
                    WrongInput{{"run", "web", "--rm", "--", "true"}, {"no flag --rm", "cgctl remove NAME"}},
                    WrongInput{{"create", "caf\u00e9"}, {"character '\u00e9' is not allowed"}},
                    WrongInput{{"help", "set", "show"}, {"unexpected 'show'"}},
                    WrongInput{{"list", "web"}, {"unexpected 'web' for list", "usage: cgctl list"}},
                    WrongInput{{"show"}, {"show needs the name of a cgroup", "cgctl show web"}},
                    WrongInput{{"show", "a", "b"}, {"unexpected 'b' for show"}},
                    WrongInput{{"run"}, {"run needs the name of a cgroup"}},
                    WrongInput{{"remove"}, {"remove needs the name"}},
                    WrongInput{{"move", "web"}, {"move needs a process id", "4711"}},
                    WrongInput{{"move", "web", "12x"}, {"process id 12x", "not a whole number"}},
                    WrongInput{{"move", "web", "-1"}, {"process id -1", "negative"}},
                    WrongInput{{"move", "web", "0"}, {"process id 0", "out of range"}},
                    WrongInput{{"unset", "web"}, {"unset needs the name of a limit"}},
                    WrongInput{{"unset", "web", "memoy.max"}, {"'memoy.max'", "memory.max"}},
                    WrongInput{{"unset", "web", "--device-read-bps"},
                               {"'--device-read-bps' is only a part of io.max", "--device-read-bps DEVICE:max"}},
                    WrongInput{{"unset", "web", "--memory=1G"}, {"--memory takes no value here"}}));

INSTANTIATE_TEST_SUITE_P(Names, WrongInputTest,
                         testing::Values(WrongInput{{"create", "../evil"}, {"'../evil'", "'..'"}},
                                         WrongInput{{"create", "a//b"}, {"'a//b'", "empty part"}},
                                         WrongInput{{"create", "cgroup.procs"}, {"'cgroup.procs'", "interface files"}},
                                         WrongInput{{"create", ""}, {"the name is empty"}},
                                         WrongInput{{"create", "/web"}, {"'/web'", "begins with '/'"}},
                                         WrongInput{{"show", "a\x1b[31mb"}, {"'a\\x1b[31mb'", "not allowed"}},
                                         WrongInput{{"show", "a\nb"}, {"'a\\x0ab'"}},
                                         WrongInput{{"freeze", "web", "a b"}, {"'a b'", "not allowed"}},
                                         WrongInput{{"create", std::string(100'000, 'a')}, {"100000 characters"}}));

INSTANTIATE_TEST_SUITE_P(
    Flags, WrongInputTest,
    testing::Values(
        WrongInput{{"set", "web", "--memry", "1G"}, {"unknown flag --memry for set", "did you mean --memory?"}},
        WrongInput{{"set", "web", "--bogus", "1"}, {"unknown flag --bogus for set", "cgctl set --help"}},
        WrongInput{{"set", "web", "-x"}, {"unknown flag -x for set"}},
        WrongInput{{"--jsn", "list"}, {"unknown flag --jsn", "did you mean --json?"}},
        WrongInput{{"list", "--json=yes"}, {"--json takes no value"}},
        WrongInput{{"list", "--plan"}, {"unknown flag --plan for list", "belongs to set"}},
        WrongInput{{"show", "web", "--memory", "1G"}, {"unknown flag --memory for show", "create, set and run"}},
        WrongInput{{"set", "web", "--memory-swap", "1G"},
                   {"--memory-swap", "memory and swap together", "--memory-swap-max"}},
        WrongInput{{"run", "web", "--blkio-weight", "500", "--", "ls"}, {"--blkio-weight", "--io-weight"}},
        WrongInput{{"--user", "--system", "list"}, {"--system contradicts"}},
        WrongInput{{"--bus", "here", "list"}, {"--bus 'here'", "unix:path="}},
        WrongInput{{"--host", "-oProxyCommand=x", "list"}, {"--host '-oProxyCommand=x'", "dev@server"}},
        WrongInput{{"list", "--host"}, {"--host needs a value", "USER@HOST"}}));

INSTANTIATE_TEST_SUITE_P(
    LeasesAndDrift, WrongInputTest,
    testing::Values(
        WrongInput{{"set", "web", "-m", "1G", "--for", "0"}, {"--for 0 is no time at all", "10m"}},
        WrongInput{{"set", "web", "-m", "1G", "--for", "-5m"}, {"--for -5m is negative", "10m"}},
        WrongInput{{"set", "web", "-m", "1G", "--for", "soon"}, {"--for soon is not a duration", "10m"}},
        WrongInput{{"set", "web", "-m", "1G", "--for", ""}, {"--for", "an empty value"}},
        WrongInput{{"set", "web", "-m", "1G", "--for"}, {"--for needs a value", "TIME"}},
        WrongInput{{"set", "web", "-m", "1G", "--for", "1m", "--for", "2m"}, {"--for 2m contradicts"}},
        WrongInput{{"set", "web", "-m", "1G", "--within", "0s"}, {"--within 0s is no time at all"}},
        WrongInput{{"set", "web", "-m", "1G", "--within", "99999999999999999999"}, {"--within", "36500 days"}},
        WrongInput{{"set", "web", "-m", "1G", "--drift", "fix"}, {"--drift fix", "repair, report or adopt"}},
        WrongInput{{"set", "web", "--drift"}, {"--drift needs a value", "write --drift repair|report|adopt"}},
        WrongInput{{"set", "web", "-m", "1G", "--for", "1m", "--runtime"}, {"--for contradicts --runtime"}},
        WrongInput{{"set", "web", "-m", "1G", "--force", "--within", "1m"}, {"--force contradicts --within"}},
        WrongInput{{"set", "web", "--drift", "report", "--for", "1m"}, {"--for says nothing without a limit"}},
        WrongInput{{"set", "web", "--drift", "report", "--runtime"}, {"--runtime says nothing without a limit"}},
        WrongInput{{"set", "web", "--drift", "report", "--within", "1m"}, {"--within says nothing without a limit"}},
        WrongInput{{"set", "web", "--drift", "report", "--plan"}, {"--plan says nothing without a limit"}},
        WrongInput{{"create", "web", "--for", "1m"}, {"unknown flag --for for create", "belongs to set"}},
        WrongInput{{"create", "web", "--drift", "none"}, {"--drift none"}}));

INSTANTIATE_TEST_SUITE_P(HistoryAndWatch, WrongInputTest,
                         testing::Values(WrongInput{{"history", "web", "db"}, {"unexpected 'db' for history"}},
                                         WrongInput{{"history", "a//b"}, {"'a//b'"}},
                                         WrongInput{{"history", "--last", "0"}, {"--last 0", "1 to 1000"}},
                                         WrongInput{{"history", "--last", "1001"}, {"--last 1001", "1 to 1000"}},
                                         WrongInput{{"history", "--last", "few"}, {"--last few"}},
                                         WrongInput{{"watch", "web", "db"}, {"unexpected 'db' for watch"}},
                                         WrongInput{{"watch", "/web"}, {"'/web'"}},
                                         WrongInput{{"watch", "--last", "1"}, {"belongs to history"}}));

INSTANTIATE_TEST_SUITE_P(CompletionOf, WrongInputTest,
                         testing::Values(WrongInput{{"completion"}, {"completion needs the name of a shell", "bash"}},
                                         WrongInput{{"completion", "fish"}, {"no completion for 'fish'", "bash"}},
                                         WrongInput{{"completion", "bash", "bash"}, {"unexpected 'bash'"}}));

INSTANTIATE_TEST_SUITE_P(
    ApplyAndUndo, WrongInputTest,
    testing::Values(WrongInput{{"apply"}, {"apply needs a file", "cgctl apply -f web.conf"}},
                    WrongInput{{"apply", "web.conf"}, {"unexpected 'web.conf' for apply", "-f FILE|DIR"}},
                    WrongInput{{"apply", "-f"}, {"-f needs a value", "FILE|DIR"}},
                    WrongInput{{"apply", "-f", ""}, {"empty name"}},
                    WrongInput{{"apply", "-f", "-", "-f", "-"}, {"standard input can be read once only"}},
                    WrongInput{{"apply", "-f", "x", "--force", "--within", "1m"}, {"--force contradicts --within"}},
                    WrongInput{{"apply", "-f", "x", "--memory", "1G"}, {"unknown flag --memory for apply"}},
                    WrongInput{{"undo"}, {"undo needs the number of a change", "cgctl history"}},
                    WrongInput{{"undo", "web"}, {"'web' is not the number of a change", "cgctl history"}},
                    WrongInput{{"undo", "0"}, {"'0' is not the number of a change"}},
                    WrongInput{{"undo", "-1"}, {"'-1' is not the number of a change"}},
                    WrongInput{{"undo", "99999999999999999999"}, {"is not the number of a change"}},
                    WrongInput{{"undo", "1", "2"}, {"unexpected '2' for undo"}},
                    WrongInput{{"undo", "1", "--force", "--within", "1m"}, {"--force contradicts --within"}},
                    WrongInput{{"reload", "web"}, {"unexpected 'web' for reload"}}));

INSTANTIATE_TEST_SUITE_P(
    Values, WrongInputTest,
    testing::Values(
        WrongInput{{"set", "web"}, {"set needs at least one limit", "cgctl set web --memory 512M"}},
        WrongInput{{"set", "web", "--memory"}, {"--memory needs a value", "--memory 512M"}},
        WrongInput{{"set", "web", "--memory", "--json"}, {"--memory needs a value"}},
        WrongInput{{"set", "web", "--cpus", "-m", "1G"}, {"--cpus needs a value", "--cpus 1.5"}},
        WrongInput{{"set", "web", "--memory", "64Q"}, {"--memory 64Q: unknown unit 'Q'", "512M"}},
        WrongInput{{"set", "web", "-m64Q"}, {"-m 64Q: unknown unit 'Q'"}},
        WrongInput{{"set", "web", "--memory", "-1"}, {"--memory -1 is negative", "max for no limit"}},
        WrongInput{{"set", "web", "--memory="}, {"--memory: an empty value", "512M"}},
        WrongInput{{"set", "web", "--memory", ""}, {"--memory: an empty value", "512M"}},
        WrongInput{{"set", "web", "--memory", "[1,2]"}, {"--memory [1,2] is not a size"}},
        WrongInput{{"set", "web", "--memory", "1"}, {"--memory 1 ", "page"}},
        WrongInput{{"set", "web", "--memory", "1G\n2"}, {"--memory 1G\\x0a2"}},
        WrongInput{{"set", "web", "--cpus", "0"}, {"--cpus 0 ", "0.01"}},
        WrongInput{{"set", "web", "--pids-limit", "-1"}, {"--pids-limit -1 is negative", "max"}},
        WrongInput{{"set", "web", "--oom-group=maybe"}, {"--oom-group maybe", "yes or no"}},
        WrongInput{{"set", "web", "--cpu-shares", "1"}, {"--cpu-shares 1 ", "2 to 262144"}},
        WrongInput{{"set", "web", "--memory", "1G", "--memory", "2G"}, {"--memory 2G contradicts", "memory.max"}},
        WrongInput{{"set", "web", "--cpus", "1", "--cpu-quota", "5000"}, {"--cpu-quota 5000 contradicts", "cpu.max"}},
        WrongInput{{"set", "web", "memory=1G"}, {"unexpected 'memory=1G'", "did you mean --memory 1G?"}},
        WrongInput{{"set", "web", "memory.max=1G"}, {"did you mean --set memory.max=1G?"}},
        WrongInput{{"set", "web", "--set", "memory.max"}, {"--set 'memory.max'", "--set memory.max=512M"}},
        WrongInput{{"set", "web", "--set", "memry.max=1G"}, {"'memry.max'", "did you mean memory.max?"}},
        WrongInput{{"set", "web", "--set", "memory.max=64Q"}, {"--set memory.max=64Q: unknown unit 'Q'"}},
        WrongInput{{"set", "web", "--set", "memory.max="}, {"--set memory.max=: an empty value"}},
        WrongInput{{"set", "web", "--device-read-bps", "sda:1M"}, {"--device-read-bps sda:1M", "/dev/sda:1M"}},
        WrongInput{{"set", "web", "--device-read-bps", "/dev/sdz:1M"},
                   {"--device-read-bps /dev/sdz:1M", "No such file"}},
        WrongInput{{"set", "web", "--device-read-bps", "/dev/sda:x"}, {"--device-read-bps /dev/sda:x"}}));

}  // namespace
}  // namespace cgroupd::client::test
