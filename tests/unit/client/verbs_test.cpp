// What verbs say about what was done, and their exit status.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "client/times.h"
#include "fake_manager.h"

namespace cgroupd::client::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(AChange, SaysWhatIsInForce) {
  FakeDaemon daemon;
  daemon.in_force = {in_force("memory.max", "50331648"), in_force("cpu.max", "50000 100000")};
  EXPECT_EQ(cgctl(daemon, {"set", "web", "-m", "48M", "--cpus", "0.5"}).out,
            "web: memory.max 48M\nweb: cpu.max 0.5 CPUs (50ms every 100ms)\n");
  EXPECT_EQ(cgctl(daemon, {"-q", "set", "web", "-m", "48M"}).out, "");
  EXPECT_EQ(cgctl(daemon, {"--json", "set", "web", "-m", "48M"}).out,
            "{\"name\":\"web\",\"limits\":{\"memory.max\":50331648,\"cpu.max\":{\"quota_us\":50000,\"period_us\":"
            "100000}}}\n");
}

TEST(ANewCgroupWithoutLimits, IsSaidToBeCreated) {
  FakeDaemon daemon;
  EXPECT_EQ(cgctl(daemon, {"create", "web"}).out, "web: created\n");
  EXPECT_EQ(cgctl(daemon, {"create", "web", "--if-absent"}).out, "web: exists\n");
}

TEST(AChange, SaysSoWhenTheKernelRounded) {
  FakeDaemon daemon;
  daemon.in_force = {in_force("memory.max", "4997120")};
  EXPECT_EQ(cgctl(daemon, {"set", "web", "-m", "5000000"}).out,
            "web: memory.max 4997120 (asked 5000000), the kernel keeps whole pages\n");
}

TEST(AChange, OfAShareOfTheParentSaysTheNumber) {
  FakeDaemon daemon;
  daemon.in_force = {in_force("memory.high", "1073741824")};
  EXPECT_EQ(cgctl(daemon, {"set", "web", "--memory-high", "50%"}).out, "web: memory.high 1G\n");
}

TEST(AChange, SaysWhatWasSkippedAlsoWhenAskedToBeQuiet) {
  FakeDaemon daemon;
  daemon.in_force = {in_force("pids.max", "7")};
  daemon.skipped = {{find_limit("cpuset.cpus"), "controller cpuset is not delegated; as root: mend it"}};
  const std::string line = "cgctl: web: cpuset.cpus skipped: controller cpuset is not delegated; as root: mend it\n";
  for (const std::string verb : {"set", "create"}) {
    const auto said = cgctl(daemon, {verb, "web", "--pids", "7", "--cpuset-cpus", "0", "--on-missing", "skip"});
    EXPECT_EQ(said.status, 0);
    EXPECT_EQ(said.out, "web: pids.max 7\n");
    EXPECT_EQ(said.err, line);
  }
  const auto quiet = cgctl(daemon, {"-q", "set", "web", "--cpuset-cpus", "0", "--on-missing", "skip"});
  EXPECT_EQ(quiet.err, line);
  const auto json = cgctl(daemon, {"--json", "set", "web", "--cpuset-cpus", "0", "--on-missing", "skip"});
  EXPECT_EQ(json.out,
            "{\"name\":\"web\",\"limits\":{\"pids.max\":7},\"skipped\":{\"cpuset.cpus\":\"controller cpuset is not "
            "delegated; as root: mend it\"}}\n");
}

TEST(ALease, SaysWhenItEnds) {
  FakeDaemon daemon;
  daemon.in_force = {in_force("pids.max", "7")};
  const auto said = cgctl(daemon, {"set", "web", "--pids-limit", "7", "--for", "10m"}).out;
  EXPECT_EQ(said, "web: pids.max 7\nweb: until " + print_local_time(noon + std::chrono::minutes(10)) +
                      "; what stands then: cgctl show web\n");
}

TEST(APlan, IsShownAndNothingElseIsAsked) {
  FakeDaemon daemon;
  daemon.plan = {"web memory.max max -> 536870912"};
  EXPECT_EQ(cgctl(daemon, {"set", "web", "-m", "512M", "--plan"}).out, "web memory.max max -> 536870912\n");
  EXPECT_EQ(cgctl(daemon, {"-q", "set", "web", "-m", "512M", "--plan"}).out, "web memory.max max -> 536870912\n");
  EXPECT_EQ(cgctl(daemon, {"--json", "set", "web", "-m", "512M", "--plan"}).out,
            "{\"name\":\"web\",\"plan\":[\"web memory.max max -> 536870912\"]}\n");
  for (const auto& asked : daemon.asked) EXPECT_EQ(asked, "plan web memory.max=536870912");
}

TEST(ARefusal, IsOneLineAndExit1) {
  FakeDaemon daemon;
  daemon.refusals["web"] = {
      .code = ErrorCode::busy, .message = "web still holds 4711 (sleep)", .hint = "cgctl kill web"};
  const auto said = cgctl(daemon, {"remove", "web"});
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(said.err, "cgctl: web still holds 4711 (sleep); cgctl kill web\n");
}

TEST(ARefusal, CannotSmuggleControlCharactersIntoTheTerminal) {
  FakeDaemon daemon;
  daemon.refusals["web"] = {.code = ErrorCode::failed, .message = "bad \x1b]0;title\x07 name\nline"};
  EXPECT_EQ(cgctl(daemon, {"show", "web"}).status, 1);
  EXPECT_EQ(cgctl(daemon, {"kill", "web"}).err, "cgctl: bad \\x1b]0;title\\x07 name\\x0aline\n");
}

TEST(SeveralNames, AreEachTriedAndTheFirstFailureDecides) {
  FakeDaemon daemon;
  daemon.refusals["b"] = {.code = ErrorCode::not_found, .message = "no cgroup named 'b'"};
  const auto said = cgctl(daemon, {"freeze", "a", "b", "c", "a"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(daemon.asked, ElementsAre("freeze a", "freeze b", "freeze c"));
  EXPECT_EQ(said.out, "a: frozen\nc: frozen\n");
  EXPECT_EQ(cgctl(daemon, {"--json", "freeze", "a", "b"}).out, "{\"frozen\":[\"a\"]}\n");
}

TEST(SeveralNames, AreGivenUpWhenNobodyAnswers) {
  FakeDaemon daemon;
  daemon.refusals["a"] = {.code = ErrorCode::unreachable, .message = "no cgroupd"};
  EXPECT_EQ(cgctl(daemon, {"kill", "a", "b"}).status, 3);
  EXPECT_THAT(daemon.asked, ElementsAre("kill a"));
}

TEST(Remove, TakesChildrenBeforeTheirParents) {
  FakeDaemon daemon;
  EXPECT_EQ(cgctl(daemon, {"remove", "a", "b", "a/x/y", "a/x"}).status, 0);
  EXPECT_THAT(daemon.asked, ElementsAre("remove a/x/y", "remove a/x", "remove a", "remove b"));
}

TEST(Remove, KillsAWholeSubtreeAtOnce) {
  FakeDaemon daemon;
  EXPECT_EQ(cgctl(daemon, {"remove", "--kill", "a/x", "a", "ab"}).status, 0);
  EXPECT_THAT(daemon.asked, ElementsAre("remove kill a", "remove kill ab"));
}

TEST(Move, HandsOverTheProcessesThemselvesAndRefusesOnesThatAreNot) {
  FakeDaemon daemon;
  const std::string self = std::to_string(::getpid());
  const std::string parent = std::to_string(::getppid());
  EXPECT_EQ(cgctl(daemon, {"move", "web", self, parent, self}).out, "web: 2 processes moved in\n");
  EXPECT_THAT(daemon.asked, ElementsAre("attach 2 web"));
  EXPECT_EQ(cgctl(daemon, {"--json", "move", "web", self}).out, "{\"name\":\"web\",\"moved\":[" + self + "]}\n");
  const auto said = cgctl(daemon, {"move", "web", self, "4194304"});  // one more than the largest there can be
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("no process 4194304"));
  EXPECT_EQ(daemon.asked.size(), 2U);
}

TEST(AnEmptyList, ShowsPeopleHowToBegin) {
  FakeDaemon daemon;
  EXPECT_THAT(cgctl(daemon, {"list"}).out, HasSubstr("cgctl create web --memory 512M"));
  EXPECT_THAT(cgctl(daemon, {"tree"}).out, HasSubstr("cgctl create web --memory 512M"));
  EXPECT_EQ(cgctl(daemon, {"list", "--json"}).out, "[]\n");
}

TEST(Run, StartsNothingWhenTheCgroupIsRefused) {
  FakeDaemon daemon;
  daemon.refusals["web"] = {.code = ErrorCode::not_delegated, .message = "controller io is not delegated"};
  const auto said = cgctl(daemon, {"run", "web", "--io-weight", "50", "--", "touch", "/nonexistent"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(daemon.asked, ElementsAre("create if_absent web io.weight=default 50"));
}

}  // namespace
}  // namespace cgroupd::client::test
