// The order of steps, their risks, and what is refused before the first write.
#include "model/plan.h"

#include <gtest/gtest.h>

#include "support/named.h"
#include "support/results.h"

namespace cgroupd {
namespace {

using LimitTexts = std::initializer_list<std::pair<std::string_view, std::string_view>>;

Values values(LimitTexts texts) {
  Values values;
  for (const auto& [file, text] : texts) values[&row(file)] = parse_value(row(file), text).value();
  return values;
}

Values fresh_with(LimitTexts texts) {
  Values all;
  for (const auto& limit : all_limits()) all[&limit] = unset_value(limit);
  for (const auto& [limit, value] : values(texts)) all[limit] = value;
  return all;
}

Target target(std::string_view cgroup, LimitTexts in_force, LimitTexts wanted) {
  return {.cgroup = CgroupPath::parse(cgroup).value(),
          .in_force = fresh_with(in_force),
          .wanted = values(wanted),
          .in_use = {}};
}

// "web memory.max, web cpu.max": what is written, in order.
std::string order(const std::vector<Target>& targets) {
  const auto plan = make_plan(targets);
  if (!plan) return "refused: " + plan.error().text();
  std::string text;
  for (const auto& step : *plan)
    text += (text.empty() ? "" : ", ") + step.cgroup.str() + " " + std::string(step.limit->file);
  return text;
}

}  // namespace

TEST(APlan, HasNoStepForWhatIsInForceAlready) {
  EXPECT_EQ(order({target("web", {{"memory.max", "67108864"}}, {{"memory.max", "67108864"}, {"pids.max", "20"}})}),
            "web pids.max");
  EXPECT_EQ(order({}), "");
}

TEST(APlan, RaisesMemoryMaxBeforeHighAndLowersItAfter) {
  EXPECT_EQ(order({target("web", {{"memory.max", "1000000"}, {"memory.high", "900000"}},
                          {{"memory.max", "2000000"}, {"memory.high", "1900000"}})}),
            "web memory.max, web memory.high");
  EXPECT_EQ(order({target("web", {{"memory.max", "2000000"}, {"memory.high", "1900000"}},
                          {{"memory.max", "1000000"}, {"memory.high", "900000"}})}),
            "web memory.high, web memory.max");
}

TEST(APlan, KeepsSwapRoomUntilMemoryMaxIsMet) {
  EXPECT_EQ(order({target("web", {}, {{"memory.max", "1000000"}, {"memory.swap.max", "0"}})}),
            "web memory.max, web memory.swap.max");
  EXPECT_EQ(order({target("web", {{"memory.max", "1000000"}, {"memory.swap.max", "0"}},
                          {{"memory.max", "2000000"}, {"memory.swap.max", "max"}})}),
            "web memory.swap.max, web memory.max");
}

TEST(APlan, KeepsTheBurstWithinTheQuotaAtEveryMoment) {
  EXPECT_EQ(
      order({target("web", {{"cpu.max", "10000 100000"}}, {{"cpu.max", "50000 100000"}, {"cpu.max.burst", "40000"}})}),
      "web cpu.max, web cpu.max.burst");
  EXPECT_EQ(order({target("web", {{"cpu.max", "50000 100000"}, {"cpu.max.burst", "40000"}},
                          {{"cpu.max", "10000 100000"}, {"cpu.max.burst", "0"}})}),
            "web cpu.max.burst, web cpu.max");
}

TEST(APlan, RaisesFromTheTopAndLowersFromTheLeaves) {
  EXPECT_EQ(order({target("a/b/c", {{"memory.max", "1000000"}}, {{"memory.max", "2000000"}}),
                   target("a", {{"memory.max", "1000000"}}, {{"memory.max", "2000000"}}),
                   target("a/b", {{"memory.max", "1000000"}}, {{"memory.max", "2000000"}})}),
            "a memory.max, a/b memory.max, a/b/c memory.max");
  EXPECT_EQ(order({target("a", {}, {{"memory.max", "2000000"}}), target("a/b/c", {}, {{"memory.max", "1000000"}}),
                   target("a/b", {}, {{"memory.max", "1000000"}})}),
            "a/b/c memory.max, a/b memory.max, a memory.max");
}

TEST(APlan, RaisesBeforeItLowers) {
  EXPECT_EQ(order({target("a", {}, {{"pids.max", "20"}}), target("b", {{"pids.max", "10"}}, {{"pids.max", "30"}})}),
            "b pids.max, a pids.max");
}

TEST(APlan, WritesTheWeightWhileNotIdle) {
  EXPECT_EQ(order({target("web", {}, {{"cpu.weight", "300"}, {"cpu.idle", "1"}})}), "web cpu.weight, web cpu.idle");
  EXPECT_EQ(order({target("web", {}, {{"cpu.weight", "30"}, {"cpu.idle", "1"}})}), "web cpu.weight, web cpu.idle");
  EXPECT_EQ(
      order({target("web", {{"cpu.weight", "0"}, {"cpu.idle", "1"}}, {{"cpu.weight", "300"}, {"cpu.idle", "0"}})}),
      "web cpu.idle, web cpu.weight");
  EXPECT_EQ(order({target("web", {{"cpu.weight", "0"}, {"cpu.idle", "1"}}, {{"cpu.weight", "30"}, {"cpu.idle", "0"}})}),
            "web cpu.idle, web cpu.weight");
}

TEST(APlan, BringsTheRememberedWeightBackAfterIdle) {
  auto wakes = target("web", {{"cpu.weight", "0"}, {"cpu.idle", "1"}}, {{"cpu.idle", "0"}});
  EXPECT_EQ(order({wakes}), "web cpu.idle");
  wakes.remembered_weight = 300;
  const auto plan = make_plan({wakes});
  ASSERT_OK(plan);
  ASSERT_EQ(plan->size(), 2U);
  EXPECT_EQ(print_value(plan->back().to), "300");
  wakes.wanted[&row("cpu.weight")] = Value(Amount(std::uint64_t{50}));
  EXPECT_EQ(print_value(make_plan({wakes}).value().back().to), "50") << "what is asked for wins";
}

// 6.12 shows an idle cgroup's weight as 1; that is not the weight that will be there.
TEST(APlan, WritesAWeightThatOnlySeemsToBeInForceWhileIdle) {
  EXPECT_EQ(order({target("web", {{"cpu.weight", "1"}, {"cpu.idle", "1"}}, {{"cpu.weight", "1"}, {"cpu.idle", "0"}})}),
            "web cpu.idle, web cpu.weight");
  EXPECT_EQ(
      order({target("web", {{"cpu.weight", "1"}, {"cpu.idle", "1"}}, {{"cpu.weight", "100"}, {"cpu.idle", "0"}})}),
      "web cpu.idle");
}

TEST(APlan, RefusesABurstAboveTheQuotaThatWillBeInForce) {
  EXPECT_TRUE(failed_with(make_plan({target("web", {{"cpu.max", "50000 100000"}}, {{"cpu.max.burst", "50001"}})}),
                          ErrorCode::out_of_range));
  EXPECT_TRUE(failed_with(make_plan({target("web", {{"cpu.max", "50000 100000"}, {"cpu.max.burst", "40000"}},
                                            {{"cpu.max", "30000 100000"}})}),
                          ErrorCode::out_of_range));
  EXPECT_OK(make_plan({target("web", {{"cpu.max", "max 100000"}}, {{"cpu.max.burst", "900000"}})}));
}

TEST(APlan, RefusesAWeightWhileIdleStays) {
  const auto refused = make_plan({target("web", {{"cpu.weight", "0"}, {"cpu.idle", "1"}}, {{"cpu.weight", "300"}})});
  ASSERT_TRUE(failed_with(refused, ErrorCode::busy));
  EXPECT_EQ(refused.error().hint, "wake it first: cgctl set web --cpu-idle no");
}

TEST(APlan, RefusesTheWholeWhenOneTargetCannotBe) {
  EXPECT_FALSE(make_plan({target("a", {}, {{"pids.max", "20"}}),
                          target("web", {{"cpu.max", "50000 100000"}}, {{"cpu.max.burst", "50001"}})}));
}

TEST(APlan, NeedsToKnowWhatIsInForce) {
  Target blind{
      .cgroup = CgroupPath::parse("web").value(), .in_force = {}, .wanted = values({{"pids.max", "20"}}), .in_use = {}};
  EXPECT_TRUE(failed_with(make_plan({blind}), ErrorCode::failed));
}

TEST(ARisk, IsKillingOnlyBelowWhatIsInUse) {
  auto shrink = target("web", {{"memory.max", "2000000"}}, {{"memory.max", "1000000"}});
  const auto risk = [&] { return make_plan({shrink}).value().front().risk; };
  shrink.in_use.memory_bytes = 1'000'001;
  EXPECT_EQ(risk(), Risk::kills);
  shrink.in_use.memory_bytes = 1'000'000;
  EXPECT_EQ(risk(), Risk::none);
  shrink.in_use.memory_bytes.reset();
  EXPECT_EQ(risk(), Risk::kills) << "what is not known may be anything";
}

TEST(ARisk, IsReclaimForMemoryHighAndNoneForWhatIsRaised) {
  auto lower = target("web", {}, {{"memory.high", "1000000"}});
  lower.in_use.memory_bytes = 2'000'000;
  EXPECT_EQ(make_plan({lower}).value().front().risk, Risk::reclaims);
  auto raise = target("web", {{"memory.max", "1000000"}}, {{"memory.max", "max"}});
  raise.in_use.memory_bytes = 2'000'000;
  EXPECT_EQ(make_plan({raise}).value().front().risk, Risk::none);
  EXPECT_EQ(make_plan({target("web", {}, {{"pids.max", "1"}})}).value().front().risk, Risk::none);
}

TEST(AStep, IsALineForPeople) {
  auto shrink = target("web", {{"memory.max", "67108864"}}, {{"memory.max", "50331648"}});
  const auto steps = make_plan({shrink}).value();
  EXPECT_EQ(print_step(steps.front(), true), "web memory.max 67108864 -> 50331648 (may kill)");
  EXPECT_EQ(print_step(steps.front(), false), "web memory.max 67108864 -> 50331648 (squeezes first)");
  EXPECT_EQ(print_step(make_plan({target("web", {}, {{"cpuset.cpus", "0-1"}})}).value().front(), false),
            "web cpuset.cpus (none) -> 0-1");
}

TEST(ACompanion, IsTheLimitThatMustBeKnownToo) {
  EXPECT_EQ(companion(row("cpu.max")), &row("cpu.max.burst"));
  EXPECT_EQ(companion(row("cpu.max.burst")), &row("cpu.max"));
  EXPECT_EQ(companion(row("cpu.idle")), &row("cpu.weight"));
  EXPECT_EQ(companion(row("cpu.weight")), &row("cpu.idle"));
  EXPECT_EQ(companion(row("memory.max")), nullptr);
}

}  // namespace cgroupd
