// What others change is put back, reported or adopted; who fights is met with patience.
#include <gmock/gmock.h>

#include "core/likely_writer.h"
#include "core/tree.h"
#include "support/managed_world.h"
#include "support/results.h"

namespace cgroupd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Drift, IsPutBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M pids.max=9"));
  world.other_writes("web", "memory.max", "1073741824");
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_TRUE(world.heard("drifted web memory.max 1073741824 67108864 repaired"));
  EXPECT_EQ(world.history().front().cause, Cause::drift);
}

TEST(Drift, IsNoneWhereNothingIsStated) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  world.other_writes("web", "pids.max", "5");
  EXPECT_EQ(world.text("web", "pids.max"), "5");
  EXPECT_TRUE(world.daemon->events.drifts.empty());
}

TEST(Drift, IsNoneForTheDaemonsOwnWrites) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=32M"));
  world.daemon->reconciler.changed({{.cgroup = path("web"), .file = "memory.max"}});
  EXPECT_TRUE(world.daemon->events.drifts.empty());
}

TEST(Drift, IsReportedOnceWherePolicySaysSo) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M", {.drift = DriftPolicy::report}));
  world.other_writes("web", "memory.max", "1073741824");
  world.other_writes("web", "memory.max", "1073741824");
  EXPECT_EQ(world.text("web", "memory.max"), "1073741824");
  EXPECT_EQ(world.daemon->events.drifts.size(), 1U);
  EXPECT_EQ(world.daemon->events.drifts.front().action, DriftAction::reported);
}

TEST(Drift, IsAdoptedWherePolicySaysSo) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "", {.drift = DriftPolicy::adopt}));
  world.other_writes("web", "memory.max", "1073741824");
  world.die();
  world.start();
  EXPECT_EQ(world.text("web", "memory.max"), "1073741824");
  EXPECT_EQ(print_value(*world.daemon->transactions.desired_of(path("web")).standing(*find_limit("memory.max"))->value),
            "1073741824");
}

TEST(Drift, OfASwitchedControllerIsPutBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  world.other_writes("", "cgroup.subtree_control", "-memory");
  EXPECT_EQ(world.text("web", "memory.max"), "67108864") << "switched on again, and set";
  world.kernel.write_as_other(CgroupPath(), "cgroup.subtree_control", "-memory");
  world.kernel.write_as_other(CgroupPath(), "cgroup.subtree_control", "+memory");
  world.daemon->reconciler.changed({{.cgroup = CgroupPath(), .file = "cgroup.subtree_control"}});
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_THAT(world.daemon->events.drifts.back().likely_writer, HasSubstr("subtree_control"));
}

TEST(Drift, OfACgroupThatCameBackIsPutBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.kernel.remove(path("web")));
  world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::removed, .cgroup = path("web")}});
  EXPECT_FALSE(world.daemon->transactions.desired_of(path("web")).made_by)
      << "whoever removed it does not want it back";
  world.kernel.given("web");
  world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::made, .cgroup = path("web")}});
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
}

TEST(Drift, IsNoneOnAFreshCgroupWhateverThePolicy) {
  for (const auto policy : {DriftPolicy::report, DriftPolicy::adopt}) {
    ManagedWorld world;
    ASSERT_OK(world.create("web", "memory.max=64M pids.max=9", {.drift = policy}));
    ASSERT_OK(world.kernel.remove(path("web")));
    world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::removed, .cgroup = path("web")}});
    world.kernel.given("web");
    world.kernel.write_as_other(path("web"), "pids.max", "77");
    world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::made, .cgroup = path("web")}});
    EXPECT_EQ(world.text("web", "memory.max"), "67108864") << "it applies again when the cgroup comes back";
    EXPECT_EQ(world.text("web", "pids.max"), "77") << "but what somebody wrote there is a matter of policy";
    EXPECT_EQ(world.daemon->events.drifts.back().action,
              policy == DriftPolicy::report ? DriftAction::reported : DriftAction::adopted);
  }
}

TEST(Drift, AdoptsNoDefaultsOfASwitchedController) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M", {.drift = DriftPolicy::adopt}));
  world.kernel.write_as_other(CgroupPath(), "cgroup.subtree_control", "-memory");
  world.kernel.write_as_other(CgroupPath(), "cgroup.subtree_control", "+memory");
  world.daemon->reconciler.changed({{.cgroup = CgroupPath(), .file = "cgroup.subtree_control"}});
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  world.time.pass(10s);
  world.other_writes("web", "memory.max", "max");
  EXPECT_EQ(world.text("web", "memory.max"), "max") << "written by somebody, that is adopted";
}

TEST(Drift, ForgetsWhoMadeACgroupThatWentWhileEventsWereLost) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.kernel.remove(path("web")));
  world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::lost}});
  EXPECT_FALSE(world.daemon->transactions.desired_of(path("web")).made_by);
}

TEST(ABlindSpot, IsToldOnceAndLookedAtUntilItCanBeWatched) {
  ManagedWorld world;
  std::vector<std::string> told;
  world.daemon->reconciler.on_blind_spot([&](const std::string& why) { told.push_back(why); });
  world.daemon->watches.most = world.daemon->watches.watched.size();
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.create("db", "memory.max=64M"));
  world.daemon->reconciler.changed(
      {{.kind = TreeEvent::Kind::made, .cgroup = path("web")}, {.kind = TreeEvent::Kind::made, .cgroup = path("db")}});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told.front(), HasSubstr("no watch is left"));
  world.kernel.write_as_other(path("web"), "memory.max", "max");
  world.time.pass(10s);
  EXPECT_EQ(world.text("web", "memory.max"), "67108864") << "seen late, but seen";
  world.daemon->watches.most = 100;
  world.time.pass(10s);
  EXPECT_TRUE(world.daemon->reconciler.sees_everything());
  EXPECT_EQ(told.size(), 2U);
  EXPECT_FALSE(world.time.anything_set()) << "nothing polls when everything is watched";
}

TEST(Drift, IsFoundAfterEventsWereLost) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  world.kernel.write_as_other(path("web"), "memory.max", "max");
  world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::lost}});
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
}

TEST(Drift, OfAWeightIsNoneWhileIdle) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "cpu.weight=300"));
  ASSERT_OK(world.set("web", "cpu.idle=yes"));
  world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::lost}});
  EXPECT_TRUE(world.daemon->events.drifts.empty());
  ASSERT_OK(world.set("web", "cpu.idle=no"));
  EXPECT_EQ(world.text("web", "cpu.weight"), "300");
}

TEST(AFighter, IsMetWithBackOffAndNotWithABusyLoop) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  const auto fight = [&] { world.other_writes("web", "memory.max", "1073741824"); };
  for (int i = 0; i < 100; ++i) fight();
  const auto& counts = world.daemon->reconciler.counts();
  EXPECT_EQ(counts.repaired, 20U);
  EXPECT_EQ(counts.fighting, 1U);
  EXPECT_EQ(world.text("web", "memory.max"), "1073741824");
  EXPECT_TRUE(world.time.anything_set());
  world.time.pass(1s);
  EXPECT_EQ(world.text("web", "memory.max"), "67108864") << "but it never gives up";
  fight();
  EXPECT_EQ(counts.fighting, 2U);
  EXPECT_EQ(*world.daemon->events.drifts.back().retry_in, 2s) << "twice as patient";
  world.time.pass(2s);
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  world.time.pass(10min);
  fight();
  EXPECT_EQ(world.text("web", "memory.max"), "67108864") << "peace is remembered, too";
}

TEST(ARepair, ThatIsRefusedIsToldAndTriedAgain) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  world.kernel.fail_next(path("web"), "memory.max", EBUSY);
  world.other_writes("web", "memory.max", "1073741824");
  EXPECT_EQ(world.daemon->reconciler.counts().failed, 1U);
  EXPECT_EQ(world.text("web", "memory.max"), "1073741824");
  world.time.pass(5s);
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
}

TEST(ARepair, ThatWasRefusedTakesNoPatience) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  for (int round = 0; round < 3; ++round) {
    world.kernel.fail_next(path("web"), "memory.max", EBUSY);
    world.other_writes("web", "memory.max", "1073741824");
    EXPECT_EQ(*world.daemon->events.drifts.back().retry_in, 5s) << "it was mended in between";
    world.time.pass(5s);
    EXPECT_EQ(world.text("web", "memory.max"), "67108864");
    world.other_writes("web", "memory.max", "1073741824");
    EXPECT_EQ(world.text("web", "memory.max"), "67108864") << "at once, as ever";
  }
  EXPECT_EQ(world.daemon->reconciler.counts().fighting, 0U);
}

TEST(ARepair, ThatIsRefusedAgainAndAgainIsTriedLessAndLessOften) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  world.kernel.before_each_write([&](const KernelAccess& write) {
    if (write.file == "memory.max") world.kernel.fail_next(path("web"), "memory.max", EBUSY);
  });
  world.other_writes("web", "memory.max", "1073741824");
  world.time.pass(1min);
  EXPECT_EQ(world.daemon->reconciler.counts().failed, 4U) << "after 0, 5, 15 and 35 s";
}

TEST(ARepair, ThatSomebodyOverwritesAtOnceIsMadeAgainAtHisEvent) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  world.kernel.overwrite_next(path("web"), "memory.max", "1073741824");
  world.other_writes("web", "memory.max", "1073741824");
  EXPECT_EQ(world.text("web", "memory.max"), "1073741824");
  EXPECT_TRUE(world.daemon->events.drifts.empty()) << "not refused, and not repaired";
  world.daemon->reconciler.changed({{.cgroup = path("web"), .file = "memory.max"}});
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(world.daemon->reconciler.counts().repaired, 1U);
}

TEST(AFighter, WhoIsAlwaysQuickerIsMetWithBackOffToo) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  for (int i = 0; i < 100; ++i) {
    world.kernel.overwrite_next(path("web"), "memory.max", "1073741824");
    world.other_writes("web", "memory.max", "1073741824");
  }
  EXPECT_EQ(world.daemon->reconciler.counts().fighting, 1U);
  EXPECT_EQ(world.daemon->reconciler.counts().failed, 0U);
  EXPECT_TRUE(world.time.anything_set());
}

TEST(ARepair, IsMadeAtOnceWhenTheControllerIsThereAgain) {
  ManagedWorld world;
  ASSERT_OK(world.create("a/b/c", "memory.max=64M"));
  // Switched off at one level after the other, the second just before what was switched off at the first is written.
  world.kernel.write_as_other(path("a/b"), "cgroup.subtree_control", "-memory");
  world.kernel.before_each_write([&, done = false](const KernelAccess& write) mutable {
    if (done || write.file != "memory.max") return;
    done = true;
    world.kernel.write_as_other(path("a/b"), "cgroup.subtree_control", "-memory");
    world.kernel.write_as_other(path("a"), "cgroup.subtree_control", "-memory");
  });
  world.daemon->reconciler.changed({{.cgroup = path("a/b"), .file = "cgroup.subtree_control"}});
  world.kernel.before_each_write({});
  world.daemon->reconciler.changed({{.cgroup = path("a"), .file = "cgroup.subtree_control"}});
  EXPECT_EQ(world.text("a/b/c", "memory.max"), "67108864");
}

TEST(ARepair, IsMadeAgainWhenAControllerWasSwitchedWhileItFailed) {
  ManagedWorld world;
  ASSERT_OK(world.create("a/b", "memory.max=64M"));
  const std::vector<TreeEvent> switched = {{.cgroup = path("a"), .file = "cgroup.subtree_control"}};
  world.kernel.write_as_other(path("a"), "cgroup.subtree_control", "-memory");
  world.kernel.before_each_write([&, done = false](const KernelAccess& write) mutable {
    if (done || write.file != "memory.max") return;
    done = true;
    world.kernel.write_as_other(path("a"), "cgroup.subtree_control", "-memory");
    world.daemon->reconciler.changed(switched);  // while the repair is under way, on a worker
  });
  world.daemon->reconciler.changed(switched);
  world.kernel.before_each_write({});
  EXPECT_EQ(world.text("a/b", "memory.max"), "67108864");
  EXPECT_EQ(world.daemon->reconciler.counts().failed, 0U);
}

TEST(ADriftPolicy, ThatIsStatedMeansWhatHasDriftedAlready) {
  ManagedWorld world;
  world.policy = DriftPolicy::report;
  world.die();
  world.start();
  ASSERT_OK(world.create("a", "pids.max=9"));
  ASSERT_OK(world.create("b", "pids.max=9"));
  world.other_writes("a", "pids.max", "20");
  world.other_writes("b", "pids.max", "20");
  ASSERT_OK(world.set("a", "", {.drift = DriftPolicy::repair}));
  EXPECT_EQ(world.text("a", "pids.max"), "9");
  EXPECT_EQ(world.text("b", "pids.max"), "20");
  world.daemon->reconciler.set_policy(DriftPolicy::repair);
  EXPECT_EQ(world.text("b", "pids.max"), "9");
}

TEST(ATree, ThatEndsAsAWholeTakesNothingFromWhatIsDesired) {
  ManagedWorld world;
  world.die();
  const CgroupPath holder = world.kernel.given(supervisor_name);
  ASSERT_TRUE(world.kernel.start(holder));
  world.start();
  ASSERT_OK(world.create("web", "pids.max=9"));
  ASSERT_OK(world.kernel.write(holder, "cgroup.kill", "1"));
  ASSERT_OK(world.kernel.remove(path("web")));
  world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::removed, .cgroup = path("web")}});
  world.die();
  world.start(true);
  EXPECT_EQ(world.text("web", "pids.max"), "9");
}

TEST(ARepair, ThatFailsDoesNotHoldUpTheOthers) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M pids.max=9"));
  world.kernel.write_as_other(path("web"), "memory.max", "max");
  world.kernel.write_as_other(path("web"), "pids.max", "max");
  world.kernel.fail_write(1, EBUSY);
  world.daemon->reconciler.check(path("web"));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(world.text("web", "pids.max"), "9");
}

TEST(TheLikelyWriter, IsInferredFromTheBestEvidence) {
  const Process crun{.pid = 12, .command = "crun", .age = 1h};
  const Process fresh{.pid = 13, .command = "tuner", .age = 100ms};
  const Process shell{.pid = 14, .command = "bash", .age = 1h, .has_terminal = true};
  EXPECT_THAT(likely_writer({.processes = {shell, fresh, crun}}), HasSubstr("crun (12)"));
  EXPECT_THAT(likely_writer({.processes = {shell, fresh}}), HasSubstr("tuner (13)"));
  EXPECT_THAT(likely_writer({.processes = {shell}}), HasSubstr("bash (14)"));
  EXPECT_THAT(likely_writer({.uid = 1000}), HasSubstr("1000"));
  EXPECT_THAT(likely_writer({.controller_was_switched = true, .processes = {crun}}), HasSubstr("subtree_control"));
  EXPECT_THAT(likely_writer({.while_away = true, .processes = {crun}}), HasSubstr("not running"));
}

}  // namespace
}  // namespace cgroupd
