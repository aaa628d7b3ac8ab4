// Limits that cannot be had here: the whole set is refused, or they are skipped, said so, and kept for later.
#include <gmock/gmock.h>

#include "support/managed_world.h"
#include "support/results.h"

namespace cgroupd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Limit& cpuset_row() {
  return *find_limit("cpuset.cpus");
}

struct WithoutCpuset : testing::Test, ManagedWorld {
  WithoutCpuset() {
    die();
    switch_cpuset("-");
    start();
  }
  void switch_cpuset(const std::string& sign) {
    const std::string change = sign + "cpuset";
    if (sign == "-") {
      EXPECT_EQ(kernel.write_as_other(CgroupPath(), "cgroup.subtree_control", change), 0);
    }
    EXPECT_EQ(kernel.write_above(1, "cgroup.subtree_control", change), 0);
  }
  /// The administrator delegates it, and the daemon hears of that.
  void delegate_cpuset() {
    switch_cpuset("+");
    daemon->reconciler.changed({{.kind = TreeEvent::Kind::above}});
  }
  std::string why(std::string_view name) {
    const auto skipped = daemon->manager.skipped(path(name));
    const auto at = skipped.find(&cpuset_row());
    return at == skipped.end() ? "" : at->second;
  }
};

constexpr auto skip = OnMissing::skip;

TEST_F(WithoutCpuset, ASetIsRefusedAsAWholeUnlessToldOtherwise) {
  EXPECT_TRUE(failed_with(create("web", "memory.max=64M cpuset.cpus=0"), ErrorCode::not_delegated));
  EXPECT_FALSE(kernel.exists(path("web")));
  ASSERT_OK(create("web", "memory.max=64M"));
  EXPECT_TRUE(failed_with(set("web", "memory.max=32M cpuset.cpus=0"), ErrorCode::not_delegated));
  EXPECT_EQ(text("web", "memory.max"), "67108864");
  EXPECT_TRUE(failed_with(apply({declared("web", "memory.max=32M cpuset.cpus=0")}), ErrorCode::not_delegated));
  EXPECT_EQ(text("web", "memory.max"), "67108864");
  EXPECT_EQ(why("web"), "");
}

TEST_F(WithoutCpuset, CreateSetsTheOthersAndSaysWhyNot) {
  const auto in_force = create("web", "memory.max=64M cpuset.cpus=0", {.on_missing = skip});
  ASSERT_OK(in_force);
  EXPECT_EQ(in_force->size(), 1U);
  EXPECT_EQ(text("web", "memory.max"), "67108864");
  EXPECT_THAT(why("web"), HasSubstr("controller cpuset is not delegated"));
}

TEST_F(WithoutCpuset, ACgroupThatIsNotThereIsNoCgroupEvenWhereAllIsSkipped) {
  ASSERT_OK(create("web"));
  const auto all_skipped = set("wep", "cpuset.cpus=0", {.on_missing = skip});
  EXPECT_TRUE(failed_with(all_skipped, ErrorCode::not_found));
  EXPECT_THAT(all_skipped.error().hint, HasSubstr("did you mean web?"));
  EXPECT_TRUE(failed_with(set("gone", "memory.max=64M cpuset.cpus=0", {.on_missing = skip}), ErrorCode::not_found));
  EXPECT_TRUE(
      failed_with(daemon->manager.plan_limits(path("gone"), changes("cpuset.cpus=0"), SetOptions{.on_missing = skip}),
                  ErrorCode::not_found));
  EXPECT_EQ(why("wep"), "");
}

TEST_F(WithoutCpuset, ShowAndHistoryAreHonest) {
  ASSERT_OK(create("web", "memory.max=64M"));
  ASSERT_OK(set("web", "memory.max=32M cpuset.cpus=0", {.on_missing = skip}));
  const auto status = daemon->manager.get(path("web"));
  ASSERT_OK(status);
  EXPECT_FALSE(status->limits.contains(&cpuset_row()));
  EXPECT_THAT(status->desired.at(&cpuset_row()).skipped, HasSubstr("controller cpuset"));
  EXPECT_EQ(status->desired.at(find_limit("memory.max")).skipped, "");
  const auto entry = history().front();
  ASSERT_EQ(entry.changes.size(), 1U);
  ASSERT_EQ(entry.skipped.size(), 1U);
  EXPECT_EQ(entry.skipped.front().limit, &cpuset_row());
  EXPECT_EQ(print_value(entry.skipped.front().wanted), "0");
  EXPECT_THAT(entry.skipped.front().why, HasSubstr("controller cpuset"));
}

TEST_F(WithoutCpuset, APlanSaysItToo) {
  ASSERT_OK(create("web"));
  const auto steps =
      daemon->manager.plan_limits(path("web"), changes("memory.max=32M cpuset.cpus=0"), SetOptions{.on_missing = skip});
  ASSERT_OK(steps);
  ASSERT_EQ(steps->size(), 2U);
  EXPECT_THAT(steps->back(), HasSubstr("web: skip cpuset.cpus 0: controller cpuset"));
  EXPECT_EQ(text("web", "memory.max"), "max");
}

TEST_F(WithoutCpuset, WhatWasSkippedBecomesTrueWhenItCanBeHad) {
  for (const auto what : {DriftPolicy::repair, DriftPolicy::report, DriftPolicy::adopt}) {
    const std::string name = "web-" + std::string(drift_policy_name(what));
    ASSERT_OK(create(name, "cpuset.cpus=0 memory.max=64M", {.drift = what, .on_missing = skip}));
    daemon->reconciler.check(path(name));
    EXPECT_TRUE(heard("drifted " + name + " cpuset.cpus absent 0 reported")) << name;
  }
  const auto before = daemon->events.drifts.size();
  for (const auto* const what : {"repair", "report", "adopt"})
    daemon->reconciler.check(path("web-" + std::string(what)));
  EXPECT_EQ(daemon->events.drifts.size(), before) << "it is said once";
  delegate_cpuset();
  for (const auto* const what : {"repair", "report", "adopt"}) {
    const std::string name = std::string("web-") + what;
    EXPECT_EQ(text(name, "cpuset.cpus"), "0") << name;
    EXPECT_EQ(why(name), "") << name;
  }
}

TEST_F(WithoutCpuset, WhatWasSkippedOutlivesTheDaemon) {
  ASSERT_OK(create("web", "cpuset.cpus=0 memory.max=64M", {.on_missing = skip}));
  die();
  start();
  EXPECT_THAT(why("web"), HasSubstr("controller cpuset"));
  die();
  switch_cpuset("+");
  start();
  EXPECT_EQ(text("web", "cpuset.cpus"), "0");
}

TEST_F(WithoutCpuset, ANewTreeIsMadeWithoutIt) {
  ASSERT_OK(create("web", "cpuset.cpus=0 memory.max=64M", {.on_missing = skip}));
  die();
  ASSERT_OK(kernel.remove(path("web")));
  boot = "boot-2";
  start(true);
  EXPECT_EQ(text("web", "memory.max"), "67108864");
  EXPECT_THAT(why("web"), HasSubstr("controller cpuset"));
}

TEST_F(WithoutCpuset, UnsetForgetsIt) {
  ASSERT_OK(create("web", "cpuset.cpus=0", {.on_missing = skip}));
  ASSERT_OK(unset("web", "cpuset.cpus"));
  EXPECT_EQ(why("web"), "");
  delegate_cpuset();
  EXPECT_EQ(text("web", "cpuset.cpus"), "");
  ASSERT_OK(create("other"));
  EXPECT_EQ(text("other", "cpuset.cpus"), "");
}

TEST_F(WithoutCpuset, UndoForgetsItOrBringsBackWhatWasAskedForBefore) {
  ASSERT_OK(create("web", "cpuset.cpus=0", {.on_missing = skip}));
  ASSERT_OK(set("web", "cpuset.cpus=0-1", {.on_missing = skip}));
  ASSERT_OK(undo(history().front().id));
  delegate_cpuset();
  EXPECT_EQ(text("web", "cpuset.cpus"), "0");
}

TEST_F(WithoutCpuset, ALeaseIsSkippedAndEnds) {
  ASSERT_OK(create("web", "memory.max=64M"));
  ASSERT_OK(set("web", "cpuset.cpus=0 memory.max=32M", {.lease = 10min, .on_missing = skip}));
  EXPECT_THAT(why("web"), HasSubstr("controller cpuset"));
  time.pass(11min);
  EXPECT_EQ(why("web"), "");
  EXPECT_EQ(text("web", "memory.max"), "67108864");
}

TEST_F(WithoutCpuset, FilesSayItForThemselves) {
  DeclaredCgroup lenient = declared("lenient", "memory.max=64M cpuset.cpus=0");
  lenient.on_missing = skip;
  const auto first = apply({lenient});
  ASSERT_OK(first);
  EXPECT_EQ(first->skipped.size(), 1U);
  const auto again = apply({lenient});
  ASSERT_OK(again);
  EXPECT_TRUE(again->steps.empty()) << again->steps.front();
  EXPECT_THAT(why("lenient"), HasSubstr("controller cpuset"));
  EXPECT_TRUE(failed_with(apply({declared("strict", "cpuset.cpus=0")}), ErrorCode::not_delegated));
  EXPECT_OK(apply({declared("strict", "cpuset.cpus=0")}, {.on_missing = skip}));
}

TEST_F(WithoutCpuset, TheDaemonsDefaultCounts) {
  daemon->manager.go_by({.defaults = changes("cpuset.cpus=0"), .on_missing = skip});
  ASSERT_OK(create("web", "memory.max=64M"));
  EXPECT_THAT(why("web"), HasSubstr("controller cpuset"));
  EXPECT_TRUE(
      failed_with(create("strict", "memory.max=64M", {.on_missing = OnMissing::refuse}), ErrorCode::not_delegated));
}

TEST(OnMissing, SkipsWhatThisKernelLacksToo) {
  ManagedWorld world(fake::Host{.io_weight = false});
  EXPECT_TRUE(failed_with(world.create("web", "io.weight=50 memory.max=64M"), ErrorCode::unsupported));
  ASSERT_OK(world.create("web", "io.weight=50 memory.max=64M", {.on_missing = OnMissing::skip}));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
}

TEST(OnMissing, DoesNotSkipWhatSomebodySwitchedOffBelowTheRoot) {
  ManagedWorld world;
  ASSERT_OK(world.create("web/db", "memory.max=64M"));
  ASSERT_OK(world.set("web/db", "cpuset.cpus=0", {.on_missing = OnMissing::skip}));
  EXPECT_EQ(world.text("web/db", "cpuset.cpus"), "0");
  EXPECT_EQ(world.kernel.write_as_other(path("web"), "cgroup.subtree_control", "-cpuset"), 0);
  ASSERT_OK(world.set("web/db", "cpuset.cpus=1", {.on_missing = OnMissing::skip}));
  EXPECT_EQ(world.text("web/db", "cpuset.cpus"), "1");
}

TEST(OnMissing, IsNoExcuseForAWrongValue) {
  ManagedWorld world;
  ASSERT_OK(world.create("web"));
  EXPECT_FALSE(world.set("web", "cpuset.cpus=4000", {.on_missing = OnMissing::skip}));
}

TEST(OnMissing, IsReadAndPrinted) {
  EXPECT_EQ(parse_on_missing("skip").value(), OnMissing::skip);
  EXPECT_EQ(parse_on_missing("refuse").value(), OnMissing::refuse);
  EXPECT_TRUE(failed_with(parse_on_missing("ignore"), ErrorCode::invalid_argument));
}

}  // namespace
}  // namespace cgroupd
