// What may be in force at all: on a kernel, with owners.
#include "core/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/ownership.h"
#include "support/fake_kernel.h"
#include "support/named.h"
#include "support/results.h"

namespace cgroupd {
namespace {

using testing::HasSubstr;

struct AnAdmission : testing::Test {
  void SetUp() override {
    rules.budgets = {Budget{.whose = "eve", .most = {100 * mebibyte, std::nullopt, 50}},
                     Budget{.whose = "@staff", .most = {10 * mebibyte, std::nullopt, std::nullopt}}};
  }
  Admission& admission() {
    if (!made) {
      made = std::make_unique<Admission>(
          kernel, rules,
          Admission::People{
              .name_of =
                  [](std::uint32_t uid) { return uid == eve ? std::string("eve") : "user" + std::to_string(uid); },
              .groups_of =
                  [](std::uint32_t uid) {
                    return uid >= 2000 ? std::vector<std::string>{"staff"} : std::vector<std::string>{};
                  },
              .maker_of =
                  [](const CgroupPath& cgroup) { return cgroup.str() == "again" ? std::optional(eve) : std::nullopt; }},
          995);
    }
    return *made;
  }
  void owned(const std::string& name, std::uint32_t uid, const std::string& memory = "", const std::string& pids = "") {
    const auto cgroup = kernel.given(name);
    ASSERT_OK(set_owner(kernel, cgroup, uid));
    ASSERT_EQ(memory.empty() ? 0 : kernel.write_as_other(cgroup, "memory.max", memory), 0);
    ASSERT_EQ(pids.empty() ? 0 : kernel.write_as_other(cgroup, "pids.max", pids), 0);
  }
  static Values limits(std::initializer_list<std::pair<const char*, Amount>> all) {
    Values values;
    for (const auto& [file, amount] : all) values.emplace(find_limit(file), amount);
    return values;
  }
  Result<void> set(const std::string& name, const Values& values, std::uint32_t by = eve, const void* key = nullptr) {
    Work change{.parts = {Part{.cgroup = path(name), .wanted = values}}, .who = {.uid = by}};
    return admission().admit(change, {}, key);
  }
  Result<void> create(const std::string& name, const Values& values, std::uint32_t by = eve) {
    work = Work{.parts = {Part{.cgroup = path(name), .make = true, .wanted = values}}, .who = {.uid = by}};
    std::vector<CgroupPath> missing;
    auto levels = path(name).ancestors();
    levels.push_back(path(name));
    for (const auto& level : levels) {
      if (!level.is_root() && !kernel.exists(level)) missing.push_back(level);
    }
    return admission().admit(work, missing, nullptr);
  }
  static std::string refusal(const Result<void>& result) { return result ? "" : result.error().text(); }

  FakeKernel kernel;
  Admission::Rules rules;
  std::unique_ptr<Admission> made;
  Work work;
};

TEST_F(AnAdmission, StopsAUserAtTheEdgeOfTheBudget) {
  owned("mine", eve, "60M", "20");
  EXPECT_OK(create("second", limits({{"memory.max", 40 * mebibyte}, {"pids.max", std::uint64_t{30}}})));
  EXPECT_THAT(refusal(create("second", limits({{"memory.max", 41 * mebibyte}, {"pids.max", std::uint64_t{30}}}))),
              HasSubstr("mine holds 60M, so 40M is left for second, not 41M"));
  EXPECT_THAT(refusal(create("second", limits({{"memory.max", 40 * mebibyte}, {"pids.max", std::uint64_t{31}}}))),
              HasSubstr("50 processes"));
  EXPECT_THAT(refusal(create("second", {})), HasSubstr("memory.max of second cannot be max"));
}

TEST_F(AnAdmission, CountsWhatTheOwnerHasWhoeverChangesIt) {
  owned("mine", eve, "60M", "20");
  owned("second", eve, "40M", "30");
  EXPECT_FALSE(set("mine", limits({{"memory.max", 61 * mebibyte}}), 0));
  EXPECT_OK(set("mine", limits({{"memory.max", 59 * mebibyte}}), 0));
}

TEST_F(AnAdmission, LeavesAloneWhatHasNoOwnerOrNoBudget) {
  kernel.given("web");
  owned("others", 1500);
  EXPECT_OK(set("web", limits({{"memory.max", 900 * mebibyte}}), 0));
  EXPECT_OK(set("others", limits({{"memory.max", 900 * mebibyte}}), 1500));
  EXPECT_OK(create("roots", {}, 0));
  EXPECT_OK(create("daemons", {}, 995));
  EXPECT_FALSE(admission().has_budget(1500));
  EXPECT_FALSE(admission().has_budget(0));
  EXPECT_TRUE(admission().has_budget(eve));
  EXPECT_TRUE(admission().has_budget(2001));
}

TEST_F(AnAdmission, SharesAGroupsBudgetAmongItsMembers) {
  owned("one", 2001, "6M");
  EXPECT_OK(create("two", limits({{"memory.max", 4 * mebibyte}}), 2002));
  EXPECT_THAT(refusal(create("two", limits({{"memory.max", 5 * mebibyte}}), 2002)), HasSubstr("budget of @staff"));
}

TEST_F(AnAdmission, MeasuresACeilingOfCpuTimeByItsShareNotByItsQuota) {
  const Limit* const cpu = find_limit("cpu.max");
  const auto bandwidth = [](std::uint64_t quota, std::uint64_t period) {
    return Value(Bandwidth{.quota_us = quota, .period_us = period});
  };
  rules.ceilings = {{cpu, bandwidth(100'000, 100'000)}};
  kernel.given("web");
  EXPECT_OK(set("web", {{cpu, bandwidth(500'000, 1'000'000)}}, 0));
  EXPECT_OK(set("web", {{cpu, bandwidth(20'000, 20'000)}}, 0));
  EXPECT_THAT(refusal(set("web", {{cpu, bandwidth(80'000, 20'000)}}, 0)), HasSubstr("above the ceiling of 1 CPU"));
  EXPECT_FALSE(set("web", {{cpu, unset_value(*cpu)}}, 0));
}

TEST_F(AnAdmission, HoldsWhatAChangeOnItsWayMayComeBackTo) {
  owned("mine", eve, "60M", "20");
  owned("second", eve, "40M", "30");
  const int key = 0;
  EXPECT_OK(set("mine", limits({{"memory.max", 10 * mebibyte}}), eve, &key));
  ASSERT_EQ(kernel.write_as_other(path("mine"), "memory.max", "10M"),
            0);  // written, but not done: it may be taken back
  EXPECT_FALSE(set("second", limits({{"memory.max", 41 * mebibyte}})));
  admission().ended(&key);
  EXPECT_OK(set("second", limits({{"memory.max", 90 * mebibyte}})));
  const int other = 0;
  EXPECT_OK(set("second", limits({{"memory.max", 90 * mebibyte}}), eve, &other));  // on its way up
  EXPECT_FALSE(set("mine", limits({{"memory.max", 11 * mebibyte}})));
}

TEST_F(AnAdmission, MarksWhatAUserMadeAndNothingElse) {
  kernel.given("new");
  kernel.given("roots");
  admission().made({path("new")}, Work{.who = {.uid = eve}});
  admission().made({path("roots")}, Work{.who = {.uid = 0}});
  EXPECT_EQ(owner_of(kernel, path("new")), eve);
  EXPECT_EQ(owner_of(kernel, path("roots")), std::nullopt);
  // Root brings back what was removed: whose it was.
  kernel.given("back");
  admission().made({path("back")}, Work{.parts = {{.cgroup = path("back"), .owner = eve}}, .who = {.uid = 0}});
  EXPECT_EQ(owner_of(kernel, path("back")), eve);
  // Made again after a reboot, by nobody: whose it was.
  kernel.given("again");
  admission().made({path("again"), path("roots")}, Work{});
  EXPECT_EQ(owner_of(kernel, path("again")), eve);
  EXPECT_EQ(owner_of(kernel, path("roots")), std::nullopt);
}

TEST_F(AnAdmission, KeepsEverybodyBelowTheCeilings) {
  rules.ceilings = limits({{"memory.max", 50 * mebibyte}, {"pids.max", std::uint64_t{10}}});
  kernel.given("web");
  EXPECT_OK(set("web", limits({{"memory.max", 50 * mebibyte}}), 0));
  EXPECT_THAT(refusal(set("web", limits({{"memory.max", 51 * mebibyte}}), 0)), HasSubstr("above the ceiling of 50M"));
  EXPECT_FALSE(set("web", limits({{"memory.max", Unlimited{}}}), 0));
  ASSERT_OK(create("a/b", limits({{"memory.max", 20 * mebibyte}}), 0));
  ASSERT_EQ(work.parts.size(), 2U);
  EXPECT_EQ(work.parts[0].cgroup, path("a"));
  EXPECT_EQ(work.parts[0].wanted, limits({{"memory.max", 50 * mebibyte}, {"pids.max", std::uint64_t{10}}}));
  EXPECT_EQ(work.parts[1].wanted, limits({{"memory.max", 20 * mebibyte}, {"pids.max", std::uint64_t{10}}}));
}

TEST_F(AnAdmission, GivesNoPlacesThatTheCgroupAboveHasNot) {
  const auto places = [](const char* list) { return Values{{find_limit("cpuset.cpus"), IdList{.ranges = list}}}; };
  kernel.given("web/a");
  ASSERT_EQ(kernel.write_as_other(path("web"), "cpuset.cpus", "0-1"), 0);
  EXPECT_OK(set("web/a", places("1"), 0));
  EXPECT_OK(set("web/a", places(""), 0));
  EXPECT_THAT(refusal(set("web/a", places("1-2"), 0)), HasSubstr("there are 0-1 in the cgroup above"));
  EXPECT_FALSE(create("web/b/c", places("2"), 0)) << "of one that is still to be made, too";
  Work both{.parts = {Part{.cgroup = path("web"), .wanted = places("0-2")},
                      Part{.cgroup = path("web/a"), .wanted = places("2")}},
            .who = {.uid = 0}};
  EXPECT_OK(admission().admit(both, {}, nullptr));
  Work lifted{.parts = {Part{.cgroup = path("web"), .wanted = places("")},
                        Part{.cgroup = path("web/a"), .wanted = places("2")}},
              .who = {.uid = 0}};
  EXPECT_OK(admission().admit(lifted, {}, nullptr)) << "what the levels above have counts";
  ASSERT_EQ(kernel.write_as_other(path("web/a"), "cpuset.cpus", "2"), 0);
  EXPECT_OK(set("web/a", places("2"), 0)) << "it is in force, if to no effect";
  ASSERT_EQ(kernel.write_as_other(path("web/a"), "cpuset.cpus", ""), 0);
  Work repair{.parts = {Part{.cgroup = path("web/a"), .wanted = places("2")}}, .cause = Cause::drift};
  EXPECT_OK(admission().admit(repair, {}, nullptr)) << "what was agreed to is put back wherever that is possible";
}

TEST_F(AnAdmission, PromisesNoMoreProtectionThanTheParentHas) {
  kernel.given("web/a");
  kernel.given("web/b");
  ASSERT_EQ(kernel.write_as_other(path("web"), "memory.low", "30M"), 0);
  ASSERT_EQ(kernel.write_as_other(path("web/a"), "memory.low", "20M"), 0);
  EXPECT_OK(set("web/b", limits({{"memory.low", 10 * mebibyte}}), 0));
  EXPECT_THAT(refusal(set("web/b", limits({{"memory.low", 11 * mebibyte}}), 0)),
              HasSubstr("web has 30M, and 31M would be promised below it"));
  EXPECT_THAT(refusal(set("web/b", limits({{"memory.low", Unlimited{}}}), 0)),
              HasSubstr("memory.low max of web/b cannot be kept: web has 30M, and max would be promised below it"));
  EXPECT_OK(set("web/a", limits({{"memory.low", 0 * mebibyte}}), 0));
  EXPECT_FALSE(set("web/a", limits({{"memory.min", 1 * mebibyte}}), 0));
  Work both{.parts = {Part{.cgroup = path("web"), .wanted = limits({{"memory.low", 50 * mebibyte}})},
                      Part{.cgroup = path("web/b"), .wanted = limits({{"memory.low", 30 * mebibyte}})}},
            .who = {.uid = 0}};
  EXPECT_OK(admission().admit(both, {}, nullptr));
}

}  // namespace
}  // namespace cgroupd
