// Budgets: what fits, what does not, and what is said then.
#include "model/budget.h"

#include <algorithm>
#include <map>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/named.h"
#include "support/results.h"

namespace cgroupd {
namespace {

using testing::HasSubstr;

Claim claim(const std::string& name, Amount memory) {
  return {.cgroup = path(name), .limits = {std::move(memory), Unlimited{}, Unlimited{}}};
}

Budget of_memory(std::uint64_t bytes) {
  return {.whose = "eve", .most = {bytes, std::nullopt, std::nullopt}};
}

std::string refusal(const Result<void>& result) {
  return result ? "" : result.error().text();
}

TEST(ABudget, FitsToItsEdgeAndNotBeyond) {
  const Budget budget = of_memory(1000 * mebibyte);
  const std::vector<Claim> before = {claim("web", 400 * mebibyte), claim("db", 300 * mebibyte)};
  auto after = before;
  after.push_back(claim("new", 300 * mebibyte));
  EXPECT_OK(check_budget(budget, before, after));
  after.back() = claim("new", 300 * mebibyte + 1);
  EXPECT_TRUE(failed_with(check_budget(budget, before, after), ErrorCode::limit_exceeded));
}

TEST(ABudget, SaysWhoHoldsWhat) {
  const std::vector<Claim> before = {claim("web", 400 * mebibyte), claim("db", 300 * mebibyte)};
  auto after = before;
  after.push_back(claim("new", 500 * mebibyte));
  const std::string text = refusal(check_budget(of_memory(1000 * mebibyte), before, after));
  EXPECT_THAT(text, HasSubstr("the budget of eve is 1000M memory: web holds 400M, db 300M, so 300M is left for new"));
  EXPECT_THAT(text, HasSubstr("not 500M"));
}

TEST(ABudget, NeedsALimitOnWhatIsAtTheTopOnly) {
  const Budget budget = of_memory(1000 * mebibyte);
  EXPECT_THAT(refusal(check_budget(budget, {}, {claim("new", Unlimited{})})),
              HasSubstr("so memory.max of new cannot be max"));
  const std::vector<Claim> before = {claim("web", 1000 * mebibyte)};
  EXPECT_OK(check_budget(budget, before, {claim("web", 1000 * mebibyte), claim("web/inner", Unlimited{})}));
}

TEST(ABudget, LetsALargeOneBecomeSmallerEvenBeyondTheBudget) {
  const std::vector<Claim> before = {claim("web", 900 * mebibyte), claim("db", 900 * mebibyte)};
  EXPECT_OK(
      check_budget(of_memory(1000 * mebibyte), before, {claim("web", 800 * mebibyte), claim("db", 900 * mebibyte)}));
  EXPECT_FALSE(
      check_budget(of_memory(1000 * mebibyte), before, {claim("web", 850 * mebibyte), claim("db", 960 * mebibyte)}));
  EXPECT_OK(check_budget(of_memory(1000 * mebibyte), before, {claim("db", 900 * mebibyte)}));
}

TEST(ABudget, MayBeOverCommittedAsFarAsItSaysButByNoSingleOne) {
  Budget budget = of_memory(1000 * mebibyte);
  budget.over_commit_percent = 150;
  const std::vector<Claim> before = {claim("web", 1000 * mebibyte)};
  EXPECT_OK(check_budget(budget, before, {claim("web", 1000 * mebibyte), claim("db", 500 * mebibyte)}));
  EXPECT_THAT(refusal(check_budget(budget, before, {claim("web", 1000 * mebibyte), claim("db", 501 * mebibyte)})),
              HasSubstr("1.5G with over-commit"));
  EXPECT_FALSE(check_budget(budget, {}, {claim("web", 1001 * mebibyte)}));
}

TEST(ABudget, CountsCgroupsAndTheirDepth) {
  const Budget budget{.whose = "@staff", .cgroups = 2, .depth = 2};
  const std::vector<Claim> two = {claim("a", mebibyte), claim("a/b", mebibyte)};
  EXPECT_OK(check_budget(budget, {claim("a", mebibyte)}, two));
  EXPECT_THAT(refusal(check_budget(budget, two, {two[0], two[1], claim("c", mebibyte)})), HasSubstr("is 2 cgroups"));
  EXPECT_THAT(
      refusal(check_budget(budget, {claim("a/b", mebibyte)}, {claim("a/b", mebibyte), claim("a/b/c", mebibyte)})),
      HasSubstr("2 levels deep, and a/b/c is 3"));
}

TEST(ABudget, CountsCpusExactlyAndRoundsUp) {
  EXPECT_EQ(amount_of(Resource::cpus, Bandwidth{.quota_us = 50'000, .period_us = 100'000}),
            Amount(std::uint64_t{500'000}));
  EXPECT_EQ(amount_of(Resource::cpus, Bandwidth{.quota_us = 1'000, .period_us = 3'000}),
            Amount(std::uint64_t{333'334}));
  EXPECT_EQ(amount_of(Resource::cpus, Bandwidth{}), Amount(Unlimited{}));
  const Budget budget{.whose = "eve", .most = {std::nullopt, 1'000'000, std::nullopt}};
  const auto of = [](const std::string& name, std::uint64_t millionths) {
    return Claim{.cgroup = path(name), .limits = {Unlimited{}, millionths, Unlimited{}}};
  };
  EXPECT_OK(check_budget(budget, {of("a", 500'000)}, {of("a", 500'000), of("b", 500'000)}));
  EXPECT_THAT(refusal(check_budget(budget, {of("a", 500'000)}, {of("a", 500'000), of("b", 500'001)})),
              HasSubstr("1 CPUs: a holds 0.5"));
}

TEST(ABudget, NeverWrapsAround) {
  const Budget budget = of_memory(UINT64_MAX - 1);
  const std::vector<Claim> before = {claim("a", UINT64_MAX - 1)};
  EXPECT_FALSE(check_budget(budget, before, {claim("a", UINT64_MAX - 1), claim("b", UINT64_MAX - 1)}));
}

TEST(ResourcesLimits, AreTheOnesMeant) {
  EXPECT_EQ(limit_of_resource(Resource::memory).file, "memory.max");
  EXPECT_EQ(limit_of_resource(Resource::cpus).file, "cpu.max");
  EXPECT_EQ(limit_of_resource(Resource::pids).file, "pids.max");
}

// Whatever is tried in whatever order: what was let through never sums above the budget, what is smaller is always let
// through, and what fits is, too.
RC_GTEST_PROP(ABudgetOverTime, IsNeverExceededAndNeverInTheWay, ()) {
  const auto percent = *rc::gen::inRange<std::uint64_t>(100, 300);
  const auto most = *rc::gen::inRange<std::uint64_t>(1, 1000);
  const auto count = *rc::gen::inRange<std::uint64_t>(1, 8);
  Budget budget = of_memory(most);
  budget.over_commit_percent = percent;
  budget.cgroups = count;
  std::map<int, std::uint64_t> held;
  const auto claims = [](const std::map<int, std::uint64_t>& all) {
    std::vector<Claim> list;
    for (const auto& [name, amount] : all) list.push_back(claim("c" + std::to_string(name), amount));
    return list;
  };
  const auto sum = [](const std::map<int, std::uint64_t>& all) {
    return std::accumulate(all.begin(), all.end(), std::uint64_t{0},
                           [](std::uint64_t total, const auto& entry) { return total + entry.second; });
  };
  const auto tries = *rc::gen::container<std::vector<std::pair<int, std::uint64_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 12), rc::gen::inRange<std::uint64_t>(0, 1200)));
  for (const auto& [name, amount] : tries) {
    auto next = held;
    const bool remove = amount > 1100;
    if (remove) {
      next.erase(name);
    } else {
      next[name] = amount;
    }
    const bool allowed = check_budget(budget, claims(held), claims(next)).has_value();
    const bool fits = std::ranges::all_of(next, [&](const auto& entry) { return entry.second <= most; }) &&
                      sum(next) <= most * percent / 100 && next.size() <= count;
    RC_ASSERT(allowed == fits);  // nothing before was beyond it, so that is all there is to it
    if (allowed) held = next;
    RC_ASSERT(sum(held) <= most * percent / 100);
  }
}

}  // namespace
}  // namespace cgroupd
