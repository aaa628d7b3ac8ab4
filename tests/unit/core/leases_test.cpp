// What is stated for a time ends on time, and leaves nothing behind.
#include <gmock/gmock.h>

#include "core/admission.h"
#include "core/ownership.h"
#include "support/managed_world.h"
#include "support/results.h"

namespace cgroupd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Leases, EndOnTime) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("web", "pids.max=50", {.lease = 10min}));
  EXPECT_EQ(world.text("web", "pids.max"), "50");
  world.time.pass(9min);
  EXPECT_EQ(world.text("web", "pids.max"), "50");
  world.time.pass(1min);
  EXPECT_EQ(world.text("web", "pids.max"), "10");
  EXPECT_TRUE(world.heard("lease of web pids.max over"));
  EXPECT_FALSE(world.time.anything_set());
}

TEST(Leases, EndOnTimeWhileTheEndOfAnotherTakesLong) {
  ManagedWorld world;
  ASSERT_OK(world.create("slow", "pids.max=10"));
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("slow", "pids.max=50", {.lease = 10min}));
  ASSERT_OK(world.set("web", "pids.max=50", {.lease = 11min}));
  world.daemon->background.hold();
  world.time.pass(10min);
  EXPECT_EQ(world.daemon->background.held(), 1U);
  world.time.pass(1min);
  EXPECT_EQ(world.text("web", "pids.max"), "10");
  world.daemon->background.let_go();
  EXPECT_TRUE(world.heard("lease of slow pids.max over"));
  EXPECT_TRUE(world.heard("lease of web pids.max over"));
  EXPECT_FALSE(world.time.anything_set());
}

TEST(Leases, EndOnTimeWhileTheEndOfAnotherIsTriedAgain) {
  ManagedWorld world;
  ASSERT_OK(world.create("bad", "pids.max=10"));
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("bad", "pids.max=50", {.lease = 10min}));
  ASSERT_OK(world.set("web", "pids.max=50", {.lease = 10min + 3s}));
  world.break_store("cgroup");
  world.time.pass(10min);
  EXPECT_EQ(world.text("bad", "pids.max"), "50") << "what cannot be recorded is taken back";
  world.mend_store("cgroup");
  world.time.pass(3s);
  EXPECT_EQ(world.text("web", "pids.max"), "10");
  EXPECT_EQ(world.text("bad", "pids.max"), "50");
  world.time.pass(7s);
  EXPECT_EQ(world.text("bad", "pids.max"), "10");
  EXPECT_FALSE(world.time.anything_set());
}

TEST(Leases, GiveWayToWhatWasFoundWhereNothingWasStated) {
  ManagedWorld world;
  ASSERT_OK(world.create("web"));
  world.kernel.write_as_other(path("web"), "pids.max", "77");
  ASSERT_OK(world.set("web", "pids.max=50", {.lease = 10min}));
  world.time.pass(10min);
  EXPECT_EQ(world.text("web", "pids.max"), "77");
  EXPECT_TRUE(world.daemon->transactions.desired_of(path("web")).statements().empty());
}

TEST(Leases, Compose) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("web", "pids.max=20", {.lease = 10min}));
  ASSERT_OK(world.set("web", "pids.max=30", {.lease = 5min}));
  world.time.pass(5min);
  EXPECT_EQ(world.text("web", "pids.max"), "20");
  ASSERT_OK(world.set("web", "pids.max=40", {.lease = 20min}));
  world.time.pass(5min);
  EXPECT_EQ(world.text("web", "pids.max"), "40") << "the one beneath ends unseen";
  world.time.pass(15min);
  EXPECT_EQ(world.text("web", "pids.max"), "10");
}

TEST(Leases, EndWhileTheDaemonIsAway) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("web", "pids.max=20", {.lease = 10min}));
  world.die();
  world.time.pass(11min);
  world.start();
  world.time.pass(0s);
  EXPECT_EQ(world.text("web", "pids.max"), "10");
}

TEST(Leases, OutliveAReboot) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("web", "pids.max=20", {.lease = 10min}));
  world.die();
  world.boot = "boot-2";
  world.start();
  world.time.pass(9min);
  EXPECT_EQ(world.text("web", "pids.max"), "20");
  world.time.pass(1min);
  EXPECT_EQ(world.text("web", "pids.max"), "10");
}

TEST(Leases, LastNoLongerForAClockThatWasSetBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("web", "pids.max=20", {.lease = 10min}));
  world.die();
  world.boot = "boot-2";
  world.time.set_wall(24h * 365);
  world.start();
  world.time.pass(10min);
  EXPECT_EQ(world.text("web", "pids.max"), "10");
}

TEST(Leases, EndForACgroupThatIsGoneAndNotForItsSuccessor) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("web", "pids.max=20", {.lease = 10min}));
  ASSERT_OK(world.kernel.remove(path("web")));
  world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::removed, .cgroup = path("web")}});
  world.time.pass(10min);
  EXPECT_TRUE(world.heard("lease of web pids.max over"));
  world.kernel.given("web");
  world.daemon->reconciler.changed({{.kind = TreeEvent::Kind::made, .cgroup = path("web")}});
  EXPECT_EQ(world.text("web", "pids.max"), "10");
}

TEST(Leases, LieOnWhatAFileSaysAndGiveWayToItsNewText) {
  ManagedWorld world;
  ASSERT_OK(world.apply({declared("web", "pids.max=10")}));
  ASSERT_OK(world.set("web", "pids.max=20", {.lease = 10min}));
  ASSERT_OK(world.apply({declared("web", "pids.max=10")}, {.only_news = true}));
  EXPECT_EQ(world.text("web", "pids.max"), "20") << "the file says nothing new";
  world.time.pass(10min);
  EXPECT_EQ(world.text("web", "pids.max"), "10");
  EXPECT_EQ(world.daemon->transactions.desired_of(path("web")).standing(*find_limit("pids.max"))->origin, Origin::file);
}

TEST(Leases, AreReplacedByAPlainStatement) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("web", "pids.max=20", {.lease = 10min}));
  ASSERT_OK(world.set("web", "pids.max=15"));
  EXPECT_TRUE(world.heard("lease of web pids.max replaced"));
  world.time.pass(1h);
  EXPECT_EQ(world.text("web", "pids.max"), "15");
}

TEST(Leases, AreSaidInTheStatus) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("web", "pids.max=20", {.lease = 10min}));
  const auto status = world.daemon->manager.get(path("web"));
  ASSERT_OK(status);
  const auto& desired = status->desired.at(find_limit("pids.max"));
  EXPECT_EQ(desired.origin, Origin::lease);
  EXPECT_EQ(print_value(*desired.afterwards), "10");
  EXPECT_EQ(*desired.ends, world.time.now().wall + 10min);
}

TEST(Leases, GiveNothingToWhatIsStatedForGood) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "cpu.max=0.5"));
  ASSERT_OK(world.set("web", "cpu.max=2", {.lease = 10min}));
  ASSERT_OK(world.set("web", "cpu.max=period=50000"));
  EXPECT_EQ(world.text("web", "cpu.max"), "50000 50000") << "the quota is the one that was stated for good";
  EXPECT_FALSE(world.time.anything_set());
}

TEST(Leases, OfAPartLieOnWhatIsInForce) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "cpu.max=0.5"));
  ASSERT_OK(world.set("web", "cpu.max=2", {.lease = 10min}));
  ASSERT_OK(world.set("web", "cpu.max=period=50000", {.lease = 5min}));
  EXPECT_EQ(world.text("web", "cpu.max"), "200000 50000");
  world.time.pass(5min);
  EXPECT_EQ(world.text("web", "cpu.max"), "200000 100000");
  world.time.pass(5min);
  EXPECT_EQ(world.text("web", "cpu.max"), "50000 100000");
}

TEST(Leases, AreNotDeprivedOfTheirEnd) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "cpu.max=0.5"));
  ASSERT_OK(world.set("web", "cpu.max=2", {.lease = 10min}));
  ASSERT_OK(world.set("web", "cpu.max=1", {.lease = 20min}));
  const auto answer = world.set("web", "cpu.max.burst=80000");
  ASSERT_TRUE(failed_with(answer, ErrorCode::out_of_range));
  EXPECT_THAT(answer.error().text(), HasSubstr("when a lease of web is over"));
  EXPECT_EQ(world.text("web", "cpu.max.burst"), "0");
  ASSERT_OK(world.set("web", "cpu.max.burst=40000"));
  ASSERT_OK(world.set("web", "cpu.max.burst=80000", {.lease = 5min})) << "it is over before the quota is less";
  world.time.pass(20min);
  EXPECT_EQ(world.text("web", "cpu.max"), "50000 100000");
  EXPECT_EQ(world.text("web", "cpu.max.burst"), "40000");
}

TEST(Leases, AreNotDeprivedOfTheirEndByWhatRaises) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "cpu.max=1 cpu.max.burst=80000"));
  ASSERT_OK(world.set("web", "cpu.max.burst=0", {.lease = 10min}));
  ASSERT_OK(world.set("web", "cpu.max=0.3", {.lease = 5min}));
  EXPECT_TRUE(failed_with(world.set("web", "cpu.max=0.5"), ErrorCode::out_of_range));
  ASSERT_OK(world.set("web", "cpu.max=0.8"));
}

TEST(Leases, DoNotKeepWhatDriftedFromBeingPutBack) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "cpu.max=0.5"));
  ASSERT_OK(world.set("web", "cpu.max=2", {.lease = 10min}));
  world.other_writes("web", "cpu.max.burst", "150000");
  world.other_writes("web", "cpu.max", "300000 100000");
  EXPECT_EQ(world.text("web", "cpu.max"), "200000 100000");
}

TEST(Leases, OfAWeightEndWhileItRests) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "cpu.weight=200"));
  ASSERT_OK(world.set("web", "cpu.weight=300", {.lease = 10min}));
  ASSERT_OK(world.set("web", "cpu.idle=1"));
  world.time.pass(10min);
  EXPECT_TRUE(world.daemon->events.drifts.empty());
  ASSERT_OK(world.set("web", "cpu.idle=0"));
  EXPECT_EQ(world.text("web", "cpu.weight"), "200");
}

TEST(Leases, AreToldOfAsReplacedByThoseThatOutlastThem) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  ASSERT_OK(world.set("web", "pids.max=20", {.lease = 10min}));
  ASSERT_OK(world.set("web", "pids.max=15", {.lease = 5min}));
  EXPECT_FALSE(world.heard("lease of web pids.max replaced"));
  ASSERT_OK(world.set("web", "pids.max=40", {.lease = 20min}));
  EXPECT_TRUE(world.heard("lease of web pids.max replaced"));
}

TEST(Leases, LeaveNothingOfThoseThatCouldNeverStandAgain) {
  ManagedWorld world;
  ASSERT_OK(world.create("web", "pids.max=10"));
  for (int i = 1; i <= 100; ++i)
    ASSERT_OK(world.set("web", "pids.max=" + std::to_string(100 + i), {.lease = std::chrono::minutes(i)}));
  EXPECT_EQ(world.daemon->transactions.desired_of(path("web")).statements().at(find_limit("pids.max")).size(), 2U);
  Result<Values> last;
  int laid = 0;
  for (; laid < 100; ++laid) {
    last = world.set("web", "pids.max=" + std::to_string(300 + laid), {.lease = std::chrono::minutes(99 - laid)});
    if (!last) break;
  }
  EXPECT_EQ(laid, 15) << "with the one that is there";
  EXPECT_TRUE(failed_with(last, ErrorCode::limit_exceeded));
}

TEST(Leases, HoldWhatTheyGiveBackLater) {
  static constexpr std::uint32_t eve = 1001;
  ManagedWorld world;
  Admission admission(world.kernel, {.budgets = {{.whose = "eve", .most = {100 * mebibyte, {}, {}}}}},
                      {.name_of = [](std::uint32_t) { return "eve"; },
                       .groups_of = [](std::uint32_t) { return std::vector<std::string>(); },
                       .maker_of = [](const CgroupPath&) { return std::optional(eve); }},
                      1000);
  auto& transactions = world.daemon->transactions;
  transactions.guard_with(admission);
  admission.count_what_comes_back(
      [&](const CgroupPath& cgroup) -> const DesiredCgroup& { return transactions.desired_of(cgroup); });
  ASSERT_OK(world.create("web", "memory.max=60M"));
  ASSERT_OK(world.create("mail", "memory.max=30M"));
  ASSERT_EQ(owner_of(world.kernel, path("web")), eve);
  ASSERT_OK(world.set("web", "memory.max=20M", {.lease = 10min}));
  ASSERT_OK(world.set("web", "memory.max=10M", {.lease = 5min}));
  EXPECT_TRUE(failed_with(world.set("mail", "memory.max=50M"), ErrorCode::limit_exceeded));
  EXPECT_OK(world.set("mail", "memory.max=40M"));
  world.time.pass(10min);
  EXPECT_EQ(world.text("web", "memory.max"), std::to_string(60 * mebibyte));
  ASSERT_OK(world.set("web", "memory.max=50M", {.lease = 10min}));
  ASSERT_OK(world.set("web", "memory.max=50M"));
  EXPECT_OK(world.set("mail", "memory.max=50M")) << "for good: nothing comes back";
  // Made again, a cgroup has what it had, and comes to have what it would have had.
  ASSERT_OK(world.set("web", "memory.max=10M", {.lease = 1h}));
  ASSERT_OK(world.remove("web"));
  ASSERT_OK(world.set("mail", "memory.max=60M"));
  EXPECT_TRUE(failed_with(world.undo(world.history().at(1).id), ErrorCode::limit_exceeded));
  ASSERT_OK(world.set("mail", "memory.max=50M"));
}

TEST(Leases, HoldTheProtectionThatComesBack) {
  ManagedWorld world;
  const Admission::People nobody = {.name_of = [](std::uint32_t) { return std::string(); },
                                    .groups_of = [](std::uint32_t) { return std::vector<std::string>(); },
                                    .maker_of = [](const CgroupPath&) { return std::nullopt; }};
  Admission admission(world.kernel, {}, nobody, 1000);
  auto& transactions = world.daemon->transactions;
  transactions.guard_with(admission);
  admission.count_what_comes_back(
      [&](const CgroupPath& cgroup) -> const DesiredCgroup& { return transactions.desired_of(cgroup); });
  ASSERT_OK(world.create("a", "memory.min=100M"));
  ASSERT_OK(world.create("a/web", "memory.min=60M"));
  ASSERT_OK(world.create("a/mail"));
  ASSERT_OK(world.set("a/web", "memory.min=20M", {.lease = 10min}));
  EXPECT_TRUE(failed_with(world.set("a/mail", "memory.min=80M"), ErrorCode::limit_exceeded));
  ASSERT_OK(world.set("a/mail", "memory.min=40M"));
  world.time.pass(10min);
  EXPECT_EQ(world.text("a/web", "memory.min"), std::to_string(60 * mebibyte));
}

}  // namespace
}  // namespace cgroupd
