// Changes are whole, recorded and reversible, whatever fails and whenever the daemon dies.
#include <cerrno>
#include <set>

#include <gmock/gmock.h>

#include "cgroupfs/limit_file.h"
#include "core/tree.h"
#include "support/managed_world.h"
#include "support/results.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Killed {};

// The daemon dies just before its nth write to the kernel.
void die_before_write(ManagedWorld& world, std::size_t nth) {
  world.kernel.before_each_write([left = nth](const Access&) mutable {
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

const std::vector<std::string> names = {"a", "a/b", "c", "d"};
const std::vector<std::string> files = {"memory.max", "memory.high", "memory.low",
                                        "pids.max",   "cpu.weight",  "memory.swap.max"};

std::string some_limits() {
  std::string text;
  for (const auto& file : files) {
    if (*rc::gen::arbitrary<bool>()) continue;
    const Limit* const limit = find_limit(file);
    const auto most = limit->kind == ValueKind::bytes ? std::uint64_t{1} << 34U : std::uint64_t{9000};
    const auto least = limit->kind == ValueKind::bytes ? std::uint64_t{4096} : std::uint64_t{2};
    const auto number = *generate::number(least, most);
    text += (text.empty() ? "" : " ") + file + "=" + std::to_string(number);
  }
  return text;
}

DeclaredCgroups some_cgroups() {
  DeclaredCgroups all;
  for (const auto& name : names) {
    if (*rc::gen::arbitrary<bool>()) all.push_back(declared(name, some_limits()));
  }
  return all;
}

}  // namespace

RC_GTEST_PROP(AnyTransaction, IsWholeOrNotAtAllWhicheverWriteFails, ()) {
  ManagedWorld world;
  const auto first = *rc::gen::noShrink(rc::gen::exec(some_cgroups));
  RC_ASSERT(world.apply(first).has_value());
  const auto before = state_of(world);
  const auto desired = world.daemon->transactions.desired();
  const auto second = *rc::gen::noShrink(rc::gen::exec(some_cgroups));
  world.kernel.fail_write(*rc::gen::inRange<std::size_t>(1, 12), *rc::gen::element(EBUSY, EINVAL, ENOSPC, EACCES));
  const auto done = world.apply(second);
  if (done) return;
  RC_ASSERT(state_of(world) == before);
  RC_ASSERT(world.daemon->transactions.desired() == desired);
}

RC_GTEST_PROP(AnyTransaction, IsOldOrNewAfterADeathAtAnyMoment, ()) {
  ManagedWorld world;
  RC_ASSERT(world.apply(*rc::gen::noShrink(rc::gen::exec(some_cgroups))).has_value());
  const auto before = state_of(world);
  const auto second = *rc::gen::noShrink(rc::gen::exec(some_cgroups));
  die_before_write(world, *rc::gen::inRange<std::size_t>(1, 14));
  bool acknowledged = false;
  try {
    acknowledged = world.apply(second).has_value();
  } catch (const Killed&) {
    acknowledged = false;
  }
  world.kernel.before_each_write({});
  world.die();
  world.start();
  const auto after = state_of(world);
  if (!acknowledged && after == before) return;
  // Then it is the new one, whole: applying it again finds nothing to do.
  const auto again = world.apply(second);
  RC_ASSERT(again.has_value());
  RC_ASSERT(again->steps.empty());
}

}  // namespace cgroupd
