// Changes are whole, recorded and reversible, whatever fails and whenever the daemon dies.
#include <cerrno>
#include <set>

#include <gmock/gmock.h>

#include "cgroupfs/limit_file.h"
#include "core/tree.h"
#include "support/managed_world.h"
#include "support/properties.h"
#include "support/results.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Killed {};

// The daemon dies just before its nth write to the kernel.
void die_before_write(ManagedWorld& world, std::size_t nth) {
  world.kernel.before_each_write([left = nth](const KernelAccess&) mutable {
    if (--left == 0) throw Killed();
  });
}

// Every limit of every cgroup, and which cgroups there are.
std::map<std::string, std::string> state_of(ManagedWorld& world) {
  std::map<std::string, std::string> all;
  for (const auto& cgroup : walk(world.kernel, 1000)) {
    for (const auto& limit : all_limits())
      all[cgroup.str() + "/" + std::string(limit.file)] = world.kernel.text_of(cgroup, limit.file);
  }
  return all;
}

TEST(AChange, IsStatedAgainAfterTheDaemonCameBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  world.die();
  world.kernel.write_as_other(path("web"), "memory.max", "max");
  world.start();
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_TRUE(world.heard("drifted web memory.max max 67108864 repaired"));
}

TEST(AChange, OfTheRuntimeEndsWithTheBoot) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=32M pids.max=7", {.runtime = true}));
  world.die();
  world.start();
  EXPECT_EQ(world.text("web", "memory.max"), "33554432") << "a restart is no reboot";
  world.die();
  world.boot = "boot-2";
  world.start();
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_FALSE(world.daemon->transactions.desired_of(path("web")).wanted().contains(find_limit("pids.max")));
}

TEST(AChange, IsMadeAgainWithItsCgroupWhenTheTreeIsNew) {
  ManagedWorld world;
  ASSERT_OK(world.create("a/b", "pids.max=9"));
  world.die();
  ASSERT_OK(world.kernel.remove(path("a/b")));
  ASSERT_OK(world.kernel.remove(path("a")));
  world.start(true);
  EXPECT_EQ(world.text("a/b", "pids.max"), "9");
}

TEST(AChange, ThatCannotBeRecordedIsTakenBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  const auto before = state_of(world);
  std::filesystem::remove_all(world.directory.path() + "/intents");
  const auto answer = world.set("web", "memory.max=32M pids.max=5");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text(), HasSubstr("nothing was changed"));
  EXPECT_EQ(state_of(world), before);
}

TEST(AChange, IsInTheHistoryWithWhatWasBefore) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  ASSERT_OK(world.set("web", "memory.max=48M"));
  const auto entries = world.history();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].cause, Cause::user);
  ASSERT_EQ(entries[0].changes.size(), 1U);
  EXPECT_EQ(print_value(entries[0].changes[0].before), "67108864");
  EXPECT_EQ(print_value(entries[0].changes[0].after), "50331648");
  EXPECT_TRUE(entries[0].changes[0].stated_before);
  EXPECT_THAT(entries[1].made, ElementsAre(path("web")));
}

TEST(ADeath, InTheMiddleOfARaiseKillsNothingWhenItIsTakenBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M pids.max=9"));
  const auto pid = world.kernel.start(path("web")).value();
  die_before_write(world, 2);
  EXPECT_THROW(static_cast<void>(world.set("web", "memory.max=1G pids.max=99")), Killed);
  world.kernel.before_each_write({});
  ASSERT_EQ(world.text("web", "memory.max"), "1073741824");
  world.kernel.use_memory(path("web"), std::uint64_t{512} << 20U);
  world.die();
  world.start();
  EXPECT_TRUE(world.kernel.is_alive(pid));
  EXPECT_EQ(world.text("web", "memory.max"), "1073741824") << "it cannot go back yet, and that is told";
  EXPECT_TRUE(world.heard("drifted web memory.max 1073741824 67108864 failed"));
  world.kernel.use_memory(path("web"), std::uint64_t{1} << 20U);
  world.time.pass(std::chrono::seconds(10));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
}

// Dies after the first of two writes, and comes back.
void die_half_done(ManagedWorld& world, const Changes& limits) {
  die_before_write(world, 2);
  EXPECT_THROW(world.daemon->manager.set_limits(path("web"), limits, {}, {}, [](const auto& /*done*/) {}), Killed);
  world.kernel.before_each_write({});
  world.die();
  world.start();
}

TEST(ADeath, AmongLimitsThatAreKeptIsPutBackAsAnyDriftIs) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M pids.max=9"));
  die_half_done(world, changes("memory.max=1G pids.max=99"));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(world.text("web", "pids.max"), "9");
  EXPECT_TRUE(world.heard("drifted web memory.max 1073741824 67108864 repaired"));
}

TEST(ADeath, AmongLimitsThatNobodyKeepsIsTakenBackFromANote) {
  for (const bool stated : {true, false}) {
    ManagedWorld world;
    world.policy = DriftPolicy::report;
    world.die();
    world.start();
    ASSERT_OK(world.create("web", stated ? "memory.max=64M pids.max=9" : "memory.max=64M"));
    const std::string before = world.text("web", "pids.max");
    die_half_done(world, changes("pids.max=99 memory.max=1G"));
    EXPECT_EQ(world.text("web", "memory.max"), "67108864");
    EXPECT_EQ(world.text("web", "pids.max"), before);
    EXPECT_THAT(world.daemon->events.drifts, IsEmpty());
  }
}

TEST(ADeath, AmongLimitsOfWhichOneIsNewIsTakenBackFromANote) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M"));
  die_half_done(world, changes("memory.max=1G pids.max=99"));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(world.text("web", "pids.max"), "max");
  EXPECT_THAT(world.daemon->events.drifts, IsEmpty());
}

TEST(ADeath, AmongDevicesOfOneLimitIsTakenBackFromANote) {
  ManagedWorld world;
  ASSERT_OK(world.create("web"));
  const std::string before = world.text("web", "io.max");
  const auto both = parse_change(row("io.max"), "8:0 rbps=4096, 8:16 rbps=4096");
  die_half_done(world, {{&row("io.max"), both.value()}});
  EXPECT_EQ(world.text("web", "io.max"), before);
}

// What was moved by others is not what is desired, so it would not go back by itself to what was found.
TEST(ADeath, AmongLimitsThatHaveDriftedEndsAtWhatIsDesired) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M pids.max=9"));
  world.kernel.write_as_other(path("web"), "pids.max", "11");
  die_half_done(world, changes("memory.max=1G pids.max=99"));
  EXPECT_EQ(world.text("web", "memory.max"), "67108864");
  EXPECT_EQ(world.text("web", "pids.max"), "9");
}

TEST(ARemoval, ThatCannotBeRecordedBringsTheCgroupBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=64M cpu.max=0.5 cpu.max.burst=20ms"));
  world.kernel.write_as_other(path("web"), "pids.max", "77");
  const auto before = state_of(world);
  world.break_store();
  const auto answer = world.remove("web");
  world.mend_store();
  ASSERT_FALSE(answer);
  EXPECT_EQ(state_of(world), before) << "what nobody stated, too";
}

TEST(ARemoval, OfSeveralIsWholeOrNotAtAllWhicheverIsRefused) {
  for (const std::size_t nth : {1U, 2U, 3U, 4U}) {
    ManagedWorld world;
    ASSERT_OK(world.apply({declared("a", "memory.max=64M"), declared("a/b", "pids.max=5"),
                           declared("c", "cpu.idle=yes cpu.max=0.5"), declared("d", "cpu.weight=300")}));
    const auto before = state_of(world);
    world.kernel.fail_write(nth, EBUSY);
    ASSERT_FALSE(world.apply({}, {.prune = true}));
    EXPECT_EQ(state_of(world), before) << nth;
  }
}

TEST(Applying, HasNothingToDoTheSecondTime) {
  ManagedWorld world;
  const DeclaredCgroups cgroups = {declared("batch", "memory.max=1G"), declared("batch/night", "memory.max=50%"),
                                   declared("web", "pids.max=9 cpu.max=0.5")};
  const auto first = world.apply(cgroups);
  ASSERT_OK(first);
  EXPECT_FALSE(first->steps.empty());
  EXPECT_EQ(world.text("batch/night", "memory.max"), "536870912") << "half of what the same file gives the parent";
  const auto second = world.apply(cgroups);
  ASSERT_OK(second);
  EXPECT_THAT(second->steps, testing::IsEmpty());
}

TEST(Applying, MakesTrueWhatItSaysOverWhatAUserStatedBefore) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "memory.max=1G"));
  ASSERT_OK(world.apply({declared("web", "memory.max=512M")}));
  EXPECT_EQ(world.text("web", "memory.max"), "536870912");
  ASSERT_OK(world.set("web", "memory.max=256M"));
  const auto news = world.apply({declared("web", "memory.max=512M")}, {.only_news = true});
  ASSERT_OK(news);
  EXPECT_EQ(world.text("web", "memory.max"), "268435456") << "the file says nothing new";
}

TEST(Applying, PrunesOnlyWhatFilesMade) {
  ManagedWorld world;
  ASSERT_OK(world.create("hand", "memory.max=1G"));
  ASSERT_OK(world.apply({declared("web", "memory.max=512M pids.max=8"), declared("db", "memory.max=1G"),
                         declared("hand", "pids.max=3")}));
  const auto done = world.apply({declared("web", "memory.max=512M")}, {.prune = true});
  ASSERT_OK(done);
  EXPECT_FALSE(world.kernel.exists(path("db")));
  EXPECT_TRUE(world.kernel.exists(path("hand")));
  EXPECT_EQ(world.text("hand", "memory.max"), "1073741824");
  EXPECT_EQ(world.text("hand", "pids.max"), "max");
  EXPECT_EQ(world.text("web", "pids.max"), "max");
}

TEST(Applying, PrunesNoneThatHoldsOneThatIsNamed) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("a", "memory.max=512M")}));
  ASSERT_OK(world.apply({declared("a/b", "pids.max=7")}, {.prune = true}));
  EXPECT_EQ(world.text("a", "memory.max"), "max") << "but its limits go";
  EXPECT_EQ(world.text("a/b", "pids.max"), "7");
  ASSERT_OK(world.apply({declared("c", "pids.max=7")}, {.prune = true}));
  EXPECT_FALSE(world.kernel.exists(path("a")));
}

TEST(Applying, HasNothingToDoTheSecondTimeWithAWeightThatRests) {
  ManagedWorld world;
  const DeclaredCgroups cgroups = {declared("web", "cpu.idle=yes cpu.weight=300")};
  ASSERT_OK(world.apply(cgroups));
  const auto second = world.apply(cgroups);
  ASSERT_OK(second);
  EXPECT_THAT(second->steps, testing::IsEmpty());
  ASSERT_OK(world.set("web", "cpu.idle=no"));
  EXPECT_EQ(world.text("web", "cpu.weight"), "300");
  ASSERT_OK(world.set("web", "cpu.idle=yes"));
  EXPECT_TRUE(failed_with(world.set("web", "cpu.weight=7"), ErrorCode::busy)) << "what is new has no effect";
}

TEST(Applying, PrunesNothingWhileSomethingRunsThere) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("web", "memory.max=512M"), declared("db", "memory.max=1G")}));
  world.kernel.start(path("db"));
  const auto before = state_of(world);
  const auto done = world.apply({declared("web", "memory.max=256M")}, {.prune = true});
  EXPECT_TRUE(failed_with(done, ErrorCode::busy));
  EXPECT_EQ(state_of(world), before);
}

TEST(Applying, ShowsItsStepsAndChangesNothing) {
  ManagedWorld world;
  const auto before = state_of(world);
  const auto plan = world.apply({declared("web", "memory.max=4096")}, {.plan = true});
  ASSERT_OK(plan);
  EXPECT_THAT(plan->steps, ElementsAre("web: make", "web memory.max max -> 4096"));
  EXPECT_EQ(state_of(world), before);
}

// --- properties -----------------------------------------------------------------------------------------------------

const std::vector<std::string> transaction_names = {"a", "a/b", "c", "d"};
const std::vector<std::string> changed_files = {"memory.max",      "memory.high", "memory.low",    "pids.max",
                                                "memory.swap.max", "cpu.max",     "cpu.max.burst", "cpu.weight",
                                                "cpu.idle",        "io.max"};

// Of all kinds, also those that contradict what is in force: they are refused as a whole.
Changes some_limits() {
  Changes all;
  for (const auto& file : changed_files) {
    if (*rc::gen::arbitrary<bool>()) continue;
    const Limit* const limit = find_limit(file);
    if (file == "cpu.max") {
      all.emplace(limit, BandwidthChange{.quota = *generate::number(1'000, 10'000'000),
                                         .period_us = *generate::number(1'000, 1'000'000)});
    } else if (file == "cpu.idle") {
      all.emplace(limit, AmountChange(*generate::number(0, 1)));
    } else if (file == "io.max") {
      DeviceMaximaChange change;
      for (const auto minor : {0U, 16U})
        change.devices[{.major = 8, .minor = minor}].read_bps = Amount(*generate::number(1, 1U << 30U));
      all.emplace(limit, change);
    } else {
      const bool is_size = limit->kind == ValueKind::bytes;
      all.emplace(limit, AmountChange(is_size ? *generate::number(4096, std::uint64_t{1} << 34U)
                                              : *generate::number(2, 1'000)));
    }
  }
  return all;
}

DeclaredCgroups some_cgroups() {
  DeclaredCgroups all;
  for (const auto& name : transaction_names) {
    if (*rc::gen::arbitrary<bool>()) all.push_back({.name = path(name), .limits = some_limits()});
  }
  return all;
}

// One change of several cgroups: limits, and with `prune` the removal of what is not named.
struct Patch {
  DeclaredCgroups cgroups;
  bool prune = false;
  Result<Outcome> apply_to(ManagedWorld& world) const { return world.apply(cgroups, {.prune = prune}); }
};

Patch some_patch() {
  return {.cgroups = some_cgroups(), .prune = *rc::gen::arbitrary<bool>()};
}

std::size_t some_moment() {
  return *rc::gen::inRange<std::size_t>(1, 40);
}

// What a change names, as the kernel shows it; a weight rests while its cgroup is idle.
bool is_named(const DeclaredCgroups& cgroups, const std::string& file_of_cgroup) {
  return std::ranges::any_of(cgroups, [&](const DeclaredCgroup& declared) {
    return std::ranges::any_of(declared.limits, [&](const auto& entry) {
      const std::string prefix = declared.name.str() + "/";
      return file_of_cgroup == prefix + std::string(entry.first->file) ||
             (entry.first->role == Role::idle && file_of_cgroup == prefix + "cpu.weight");
    });
  });
}

void expect(const std::map<std::string, std::string>& wanted, const std::map<std::string, std::string>& found) {
  for (const auto& [file, value] : wanted) {
    const auto at = found.find(file);
    if (at == found.end()) RC_FAIL(file + " is gone");
    if (at->second != value) RC_FAIL(file + ": wanted '" + value + "', found '" + at->second + "'");
  }
  RC_ASSERT(wanted.size() == found.size());
}

}  // namespace

RC_GTEST_PROP(AnyTransaction, MovesWhatItNamesAndNothingElse, ()) {
  ManagedWorld world;
  const Patch first{.cgroups = drawn(some_cgroups)};
  RC_PRE(first.apply_to(world).has_value());
  const auto before = state_of(world);
  const Patch second{.cgroups = drawn(some_cgroups)};
  if (!second.apply_to(world)) {
    expect(before, state_of(world));
    return;
  }
  const auto after = state_of(world);
  for (const auto& [file, value] : before) {
    if (!is_named(second.cgroups, file) && after.at(file) != value)
      RC_FAIL(file + " was not named, and went from '" + value + "' to '" + after.at(file) + "'");
  }
  const auto again = second.apply_to(world);
  if (!again) RC_FAIL(again.error().text());
  RC_ASSERT(again->steps.empty());
}

RC_GTEST_PROP(AnyTransaction, DoesWhatItsPlanSaidInThatOrder, ()) {
  ManagedWorld world;
  RC_PRE(Patch{.cgroups = drawn(some_cgroups)}.apply_to(world).has_value());
  const Patch patch = drawn(some_patch);
  const auto plan = world.apply(patch.cgroups, {.plan = true, .prune = patch.prune});
  world.kernel.forget_accesses();
  const auto done = patch.apply_to(world);
  if (plan.has_value() != done.has_value()) RC_FAIL((plan ? done.error() : plan.error()).text());
  if (!done) return;
  RC_ASSERT(plan->steps == done->steps);
  std::vector<std::string> written, planned;
  for (const auto& write : world.kernel.writes()) {
    const std::string place = write.cgroup + " " + write.file;
    if (write.file != "cgroup.subtree_control" && (written.empty() || written.back() != place))
      written.push_back(place);
  }
  for (const auto& step : plan->steps) {
    const auto end = step.find(' ', step.find(' ') + 1);
    if (step.find(" -> ") != std::string::npos) planned.push_back(step.substr(0, end));
  }
  RC_ASSERT(written == planned);
}

RC_GTEST_PROP(AnyTransaction, IsWholeOrNotAtAllWhicheverWriteFails, ()) {
  ManagedWorld world;
  RC_PRE(Patch{.cgroups = drawn(some_cgroups)}.apply_to(world).has_value());
  const auto before = state_of(world);
  const auto desired = world.daemon->transactions.desired();
  const Patch patch = drawn(some_patch);
  world.kernel.fail_write(some_moment(), *rc::gen::element(EBUSY, EINVAL, ENOSPC, EACCES));
  if (patch.apply_to(world)) return;
  expect(before, state_of(world));
  RC_ASSERT(world.daemon->transactions.desired() == desired);
}

RC_GTEST_PROP(AnyTransaction, IsNotAtAllWhenItCannotBeRecorded, ()) {
  ManagedWorld world;
  RC_PRE(Patch{.cgroups = drawn(some_cgroups)}.apply_to(world).has_value());
  const auto before = state_of(world);
  const Patch patch = drawn(some_patch);
  world.break_store();
  const auto done = patch.apply_to(world);
  world.mend_store();
  if (done) return;
  expect(before, state_of(world));
}

// The daemon may die while it writes, and while it takes back what could not be written or recorded.
RC_GTEST_PROP(AnyTransaction, IsOldOrNewAfterADeathAtAnyMoment, ()) {
  ManagedWorld world, twin;
  const Patch first{.cgroups = drawn(some_cgroups)};
  RC_PRE(first.apply_to(world).has_value() && first.apply_to(twin).has_value());
  const auto before = state_of(world);
  const Patch patch = drawn(some_patch);
  [[maybe_unused]] const auto undisturbed = patch.apply_to(twin);
  const bool unrecorded = *rc::gen::arbitrary<bool>();
  // One thing at a time: a write that is refused while another failure is taken back is told, and cannot be helped.
  if (unrecorded) world.break_store();
  if (!unrecorded && *rc::gen::arbitrary<bool>()) world.kernel.fail_write(some_moment(), EIO);
  die_before_write(world, some_moment());
  bool acknowledged = false, died = false;
  try {
    acknowledged = patch.apply_to(world).has_value();
  } catch (const Killed&) {
    died = true;
  }
  world.kernel.before_each_write({});
  world.kernel.fail_write(0, 0);
  if (unrecorded) world.mend_store();
  world.die();
  world.start();
  const auto after = state_of(world);
  if (!acknowledged && after == before) return;
  if (!acknowledged && !died) expect(before, after);
  expect(state_of(twin), after);
}

}  // namespace cgroupd
