// Back to what was so, and to who had said so.
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>

#include "core/diagnosis.h"
#include "core/last_makers.h"
#include "core/ownership.h"
#include "core/tree.h"
#include "support/managed_world.h"
#include "support/properties.h"
#include "support/results.h"

namespace cgroupd {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;

std::optional<Origin> origin_of(const ManagedWorld& world, std::string_view file = "memory.max") {
  const Statement* const stands = world.daemon->transactions.desired_of(path("web")).standing(*find_limit(file));
  return stands == nullptr ? std::nullopt : std::optional(stands->origin);
}

Result<Outcome> undo_last(ManagedWorld& world) {
  return world.undo(world.history().front().id);
}

TEST(Undoing, OfWhatAFileRemovedBringsItsLimitsBack) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("one", "memory.max=64M pids.max=8"), declared("two", "memory.max=32M")}));
  ASSERT_OK(world.apply({declared("two", "memory.max=32M")}, {.prune = true}));
  ASSERT_FALSE(exists(world.kernel, path("one")));
  ASSERT_OK(world.undo(world.history().front().id));
  EXPECT_EQ(world.text("one", "memory.max"), "67108864");
  EXPECT_EQ(world.text("one", "pids.max"), "8");
}

TEST(Undoing, OfAnUndoMakesAgainWhatThatRemoved) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("one", "memory.max=64M")}));
  ASSERT_OK(world.undo(world.history().front().id));
  ASSERT_FALSE(exists(world.kernel, path("one")));
  ASSERT_OK(world.undo(world.history().front().id));
  EXPECT_EQ(world.text("one", "memory.max"), "67108864");
}

TEST(Undoing, PutsBackWhatWasThereAndWhetherSomebodyStatedIt) {
  ManagedWorld world;
  ASSERT_OK(world.create("web"));
  ASSERT_OK(world.set("web", "memory.max=48M"));
  const auto id = world.history().front().id;
  ASSERT_OK(world.undo(id));
  EXPECT_EQ(world.text("web", "memory.max"), "max");
  EXPECT_TRUE(world.daemon->transactions.desired_of(path("web")).wanted().empty());
  EXPECT_EQ(world.history().front().undoes, id);
  ASSERT_OK(world.undo(world.history().front().id)) << "an undo can be undone";
  EXPECT_EQ(world.text("web", "memory.max"), "50331648");
}

TEST(Undoing, IsRefusedAfterAnotherChangeOfTheSame) {
  ManagedWorld world;
  ASSERT_OK(world.create("web"));
  ASSERT_OK(world.set("web", "memory.max=48M"));
  const auto id = world.history().front().id;
  ASSERT_OK(world.set("web", "memory.max=32M"));
  const auto answer = world.undo(id);
  EXPECT_TRUE(failed_with(answer, ErrorCode::busy));
  EXPECT_EQ(world.text("web", "memory.max"), "33554432");
}

TEST(Undoing, BringsARemovedCgroupBackWithItsLimits) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=48M"));
  ASSERT_OK(world.remove("web"));
  EXPECT_FALSE(world.kernel.exists(path("web")));
  ASSERT_OK(world.undo(world.history().front().id));
  EXPECT_EQ(world.text("web", "memory.max"), "50331648");
}

TEST(Undoing, OfALeaseOverAFileLetsTheFileStandAgain) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("web", "memory.max=512M")}));
  ASSERT_OK(world.set("web", "memory.max=1G", {.lease = std::chrono::minutes(10)}));
  ASSERT_OK(world.undo(world.history().front().id));
  EXPECT_EQ(world.text("web", "memory.max"), "536870912");
  EXPECT_EQ(world.daemon->transactions.desired_of(path("web")).standing(*find_limit("memory.max"))->origin,
            Origin::file);
  EXPECT_FALSE(world.time.anything_set()) << "the lease is over";
}

TEST(Undoing, OfWhatReplacedALeaseBringsItBackForTheRestOfItsTime) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=128M", {.lease = minutes(10)}));
  world.time.pass(minutes(4));
  ASSERT_OK(world.set("web", "memory.max=32M"));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "134217728");
  EXPECT_EQ(origin_of(world), Origin::lease);
  world.time.pass(minutes(7));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(origin_of(world), Origin::user);
}

TEST(Undoing, OfWhatReplacedALeaseThatIsOverGoesBackToWhatWouldHaveFollowed) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=128M", {.lease = minutes(10)}));
  ASSERT_OK(world.set("web", "memory.max=32M"));
  world.time.pass(minutes(11));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(origin_of(world), Origin::user);
  EXPECT_FALSE(world.time.anything_set());
}

TEST(Undoing, OfWhatReplacedALeaseOfALimitNobodyHadStatedLeavesItUnstated) {
  ManagedWorld world;
  ASSERT_OK(world.create("web"));
  ASSERT_OK(world.set("web", "memory.max=128M", {.lease = minutes(10)}));
  ASSERT_OK(world.set("web", "memory.max=32M"));
  world.time.pass(minutes(11));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "max");
  EXPECT_TRUE(world.daemon->transactions.desired_of(path("web")).statements().empty());
}

TEST(Undoing, LeavesWhatWasOfTheRuntimeToEndWithTheBoot) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=128M", {.runtime = true}));
  ASSERT_OK(world.set("web", "memory.max=32M"));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "134217728");
  EXPECT_EQ(origin_of(world), Origin::runtime);
  world.die();
  world.boot = "boot-2";
  world.start();
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
}

TEST(Undoing, InAnotherBootDoesNotBringBackWhatEndedWithTheFirst) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=128M pids.max=9", {.runtime = true}));
  ASSERT_OK(world.set("web", "memory.max=32M pids.max=8"));
  world.die();
  world.boot = "boot-2";
  world.start();
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(world.text("web", "pids.max"), "max");
  EXPECT_EQ(origin_of(world, "pids.max"), std::nullopt);
}

TEST(Undoing, LeavesDefaultsWhatTheyAre) {
  ManagedWorld world;
  world.daemon->manager.go_by({.defaults = changes("memory.max=64M")});
  ASSERT_OK(world.create("web"));
  ASSERT_OK(world.set("web", "memory.max=32M"));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(origin_of(world), Origin::defaults);
}

TEST(Undoing, OfAnUnsetOverAFileHidesNothingAnyMore) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("web", "memory.max=64M")}));
  ASSERT_OK(world.unset("web", "memory.max"));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(origin_of(world), Origin::file);
}

TEST(Undoing, DoesNotSayInAFilesNameWhatTheFileDoesNotSayAnyMore) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("web", "memory.max=64M pids.max=9")}));
  ASSERT_OK(world.set("web", "memory.max=32M"));
  const auto id = world.history().front().id;
  ASSERT_OK(world.apply({declared("web", "pids.max=9")}, {.prune = true}));
  ASSERT_OK(world.undo(id));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(origin_of(world), Origin::user);
}

TEST(Undoing, TakesBackWhatWasOnlyStatedToo) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=128M", {.lease = minutes(10)}));
  world.other_writes("web", "cpu.weight", "200");
  ASSERT_OK(world.set("web", "memory.max=128M cpu.weight=200 pids.max=9"));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(origin_of(world), Origin::lease);
  EXPECT_EQ(origin_of(world, "cpu.weight"), std::nullopt);
  EXPECT_EQ(world.text("web", "pids.max"), "max");
}

TEST(Undoing, OfWhatWasOnlyStatedIsRefusedWhenItWasChangedSince) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=128M", {.lease = minutes(10)}));
  ASSERT_OK(world.set("web", "memory.max=128M pids.max=9"));
  const auto id = world.history().front().id;
  ASSERT_OK(world.set("web", "memory.max=32M"));
  EXPECT_TRUE(failed_with(world.undo(id), ErrorCode::busy));
}

TEST(Undoing, IsRefusedWhenWhatFollowedWasOnlyStated) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=128M", {.lease = minutes(10)}));
  const auto id = world.history().front().id;
  ASSERT_OK(world.set("web", "memory.max=128M"));
  EXPECT_TRUE(failed_with(world.undo(id), ErrorCode::busy)) << "128M is stated for good";
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(origin_of(world), Origin::lease);
}

TEST(Undoing, OfWhatRestsIsNoMatterOfWakingIt) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "cpu.weight=200"));
  ASSERT_OK(world.set("web", "cpu.idle=1"));
  ASSERT_OK(world.set("web", "cpu.idle=1 cpu.weight=300"));
  ASSERT_OK(undo_last(world));
  ASSERT_OK(world.set("web", "cpu.idle=0"));
  EXPECT_EQ(world.text("web", "cpu.weight"), "200");
}

TEST(Undoing, TakesBackWhatWasOnlyStatedForATime) {
  ManagedWorld world;
  ASSERT_OK(world.create("web"));
  world.other_writes("web", "cpu.weight", "200");
  ASSERT_OK(world.set("web", "memory.max=max cpu.weight=200 pids.max=9", {.runtime = true}));
  ASSERT_OK(undo_last(world));
  EXPECT_TRUE(world.daemon->transactions.desired_of(path("web")).statements().empty());
  EXPECT_EQ(world.text("web", "cpu.weight"), "200");
}

TEST(TheHistory, GrowsByNothingThatIsSaidAgain) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("web", "memory.max=64M")}));
  const auto before = world.history().size();
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(world.create("web", "memory.max=64M", {.if_absent = true}));
    ASSERT_OK(world.apply({declared("web", "memory.max=64M")}));
    ASSERT_OK(world.set("web", "memory.max=64M", {.lease = minutes(5)}));
    world.time.pass(minutes(6));
  }
  EXPECT_EQ(world.history().size(), before);
}

TEST(TheHistory, SaysWhatCameInForceWithAnUnset) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M", {.drift = DriftPolicy::report}));
  world.other_writes("web", "memory.max", "max");
  ASSERT_OK(world.unset("web", "memory.max"));
  const auto history = world.history();
  const auto& change = history.front().changes.front();
  EXPECT_EQ(print_value(change.before), "67108864");
  EXPECT_EQ(print_value(change.after), "max");
}

TEST(Undoing, OfARemovalIsRefusedWhenTheCgroupWasMadeAnew) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M", {.runtime = true}));
  ASSERT_OK(world.remove("web"));
  const auto id = world.history().front().id;
  ASSERT_OK(world.create("web", "pids.max=9"));
  EXPECT_TRUE(failed_with(world.undo(id), ErrorCode::busy));
  EXPECT_EQ(world.daemon->transactions.desired_of(path("web")).made_by, Origin::user);
}

TEST(Undoing, OfARemovalKeepsTheCgroupForNoLongerThanItWasMeant) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "", {.runtime = true}));
  ASSERT_OK(world.remove("web"));
  ASSERT_OK(undo_last(world));
  EXPECT_TRUE(exists(world.kernel, path("web")));
  EXPECT_EQ(world.daemon->transactions.desired_of(path("web")).made_by, std::nullopt);
}

TEST(Undoing, LeavesTheWeightThatCameBackWithIt) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "cpu.weight=200"));
  ASSERT_OK(world.set("web", "cpu.idle=1"));
  ASSERT_OK(world.set("web", "cpu.idle=0"));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "cpu.idle"), "1");
  ASSERT_OK(world.set("web", "cpu.idle=0"));
  EXPECT_EQ(world.text("web", "cpu.weight"), "200");
}

TEST(Undoing, OfAnAdoptionBringsALeaseBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M", {.drift = DriftPolicy::adopt}));
  ASSERT_OK(world.set("web", "memory.max=128M", {.lease = minutes(10)}));
  world.other_writes("web", "memory.max", "209715200");
  ASSERT_EQ(origin_of(world), Origin::user);
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "134217728");
  EXPECT_EQ(origin_of(world), Origin::lease);
}

TEST(Undoing, IsNotKeptFromWhatCanBeHadByALimitThatCannot) {
  ManagedWorld world(fake::Host{.controllers = {"memory", "pids"}});
  ASSERT_OK(world.create("web"));
  ASSERT_OK(world.set("web", "cpu.max=0.5", {.lease = minutes(10), .on_missing = OnMissing::skip}));
  ASSERT_OK(world.set("web", "cpu.max=0.7 pids.max=9", {.on_missing = OnMissing::skip}));
  world.time.pass(minutes(11));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "pids.max"), "max");
  EXPECT_TRUE(world.daemon->transactions.desired_of(path("web")).statements().empty());
}

TEST(Undoing, GivesWhatItMakesAgainToWhomItBelonged) {
  constexpr std::uint32_t bob = 1002;
  constexpr std::uint32_t eve = 1001;
  ManagedWorld world;
  auto& manager = world.daemon->manager;
  const auto ignore = [](const auto& /*done*/) {};
  const auto by = [](std::uint32_t uid) { return Caller{.uid = uid, .pid = {}, .unit = {}, .command = {}}; };
  manager.create(path("web"), {}, {}, by(bob), ignore);
  ASSERT_OK(set_owner(world.kernel, path("web"), bob));
  ASSERT_OK(world.remove("web"));
  const auto removal = world.history().front().id;
  manager.create(path("web"), {}, {}, by(eve), ignore);
  ASSERT_OK(world.remove("web"));
  LastMakers makers(*world.daemon->store);
  EXPECT_EQ(makers.of(path("web")), eve);
  manager.undo(removal, {}, by(0), ignore);
  ASSERT_TRUE(exists(world.kernel, path("web")));
  EXPECT_EQ(makers.of(path("web")), eve) << "as it was read";
  makers.forget();
  EXPECT_EQ(makers.of(path("web")), bob);
}

TEST(Undoing, OfARepairStatesWhatWasRepaired) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  world.other_writes("web", "memory.max", "128M");
  ASSERT_EQ(world.text("web", "memory.max"), "67108864");
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "134217728");
  EXPECT_EQ(origin_of(world), Origin::user);
}

TEST(Undoing, OfALeasesEndStatesWhatItGave) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=128M", {.lease = minutes(10)}));
  world.time.pass(minutes(11));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "134217728");
  EXPECT_EQ(origin_of(world), Origin::user);
}

TEST(Undoing, OfWhatAFileSaidStatesWhatWasBeforeOverTheFile) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("web", "memory.max=64M")}));
  ASSERT_OK(world.apply({declared("web", "memory.max=32M")}));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(origin_of(world), Origin::user);
  EXPECT_TRUE(world.daemon->transactions.desired_of(path("web")).stated_by_file(*find_limit("memory.max")));
}

TEST(Undoing, OfARemovalBringsBackAllThatWasDesired) {
  ManagedWorld world;
  auto web = declared("web", "memory.max=64M pids.max=9");
  web.drift = DriftPolicy::report;
  ASSERT_OK(world.apply({web}));
  ASSERT_OK(world.set("web", "pids.max=10", {.lease = minutes(10)}));
  ASSERT_OK(set_owner(world.kernel, path("web"), 1001));
  const auto before = world.daemon->transactions.desired_of(path("web")).statements();
  ASSERT_OK(world.remove("web"));
  ASSERT_OK(undo_last(world));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(world.text("web", "pids.max"), "10");
  const auto& after = world.daemon->transactions.desired_of(path("web"));
  EXPECT_EQ(after.drift, DriftPolicy::report);
  EXPECT_EQ(after.made_by, Origin::file);
  EXPECT_EQ(origin_of(world), Origin::file);
  EXPECT_EQ(origin_of(world, "pids.max"), Origin::lease);
  world.time.pass(minutes(11));
  EXPECT_EQ(world.text("web", "pids.max"), "9");
  ASSERT_OK(world.apply({}, {.prune = true}));
  EXPECT_FALSE(world.kernel.exists(path("web"))) << "it is the file's again";
}

TEST(Undoing, OfWhatAFileTookAwayIsNotTakenAwayAgain) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("web", "memory.max=64M")}));
  ASSERT_OK(world.apply({}, {.prune = true}));
  ASSERT_OK(undo_last(world));
  ASSERT_OK(world.apply({}, {.prune = true}));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
}

// Any of what people and files do to cgroups; whether it was done.
bool do_something(ManagedWorld& world) {
  const std::string name = *rc::gen::element("web", "web/a", "b");
  const std::string limits =
      *rc::gen::element("memory.max=64M", "memory.max=64M pids.max=9", "pids.max=10", "memory.max=max cpu.max=0.5",
                        "cpu.weight=200", "cpu.idle=1", "cpu.idle=0", "cpu.max.burst=20000");
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return world.create(name, limits).has_value();
    case 1:
      return world.create(name, limits, {.runtime = true, .drift = DriftPolicy::report}).has_value();
    case 2:
      return world.set(name, limits).has_value();
    case 3:
      return world.set(name, limits, {.runtime = true}).has_value();
    case 4:
      return world.set(name, limits, {.lease = minutes(*rc::gen::inRange(1, 9))}).has_value();
    case 5:
      return world.unset(name, *rc::gen::element("memory.max", "pids.max", "cpu.max")).has_value();
    case 6:
      return world.remove(name).has_value();
    default:
      return world.apply({declared(name, limits)}, {.prune = *rc::gen::arbitrary<bool>()}).has_value();
  }
}

std::map<std::string, std::string> all_in_force(ManagedWorld& world) {
  std::map<std::string, std::string> all;
  for (const auto& cgroup : walk(world.kernel, 100)) {
    for (const auto& limit : all_limits())
      all[cgroup.str() + " " + std::string(limit.file)] = world.text(cgroup.str(), limit.file);
  }
  return all;
}

std::map<CgroupPath, Values> all_wanted(const DesiredState& state) {
  std::map<CgroupPath, Values> all;
  for (const auto& [cgroup, desired] : state) {
    if (auto wanted = desired.wanted(); !wanted.empty()) all.emplace(cgroup, std::move(wanted));
  }
  return all;
}

RC_GTEST_PROP(AnyChange, UndoneAtOnceWasNeverMade, ()) {
  ManagedWorld world;
  const int before_it = *rc::gen::inRange(0, 12);
  for (int i = 0; i < before_it; ++i) {
    do_something(world);
    world.time.pass(minutes(*rc::gen::inRange(0, 3)));
  }
  const auto entries = world.history().size();
  const auto desired = world.daemon->transactions.desired();
  const auto in_force = all_in_force(world);
  RC_PRE(do_something(world));
  const auto history = world.history();
  RC_PRE(history.size() > entries);
  const auto undone = world.undo(history.front().id);
  RC_ASSERT(undone.has_value());
  RC_ASSERT(all_in_force(world) == in_force);
  // What a file says now is hidden, or was taken away in its name.
  if (history.front().cause == Cause::file) {
    RC_ASSERT(all_wanted(world.daemon->transactions.desired()) == all_wanted(desired));
  } else {
    RC_ASSERT(world.daemon->transactions.desired() == desired);
  }
}

}  // namespace
}  // namespace cgroupd
