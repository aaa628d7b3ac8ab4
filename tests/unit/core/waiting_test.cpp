// Who waits for whom, where, and who may.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/transactions.h"
#include "support/managed_world.h"
#include "support/properties.h"
#include "support/results.h"

namespace cgroupd {
namespace {

TEST(AChange, WaitsForThoseOfRelatedCgroupsAndForNoOthers) {
  const auto is_related = [](const CgroupPath& one, const CgroupPath& other) {
    return one.contains(other) || other.contains(one);
  };
  rc::check("begun are those that nothing before is related to", [&] {
    const std::vector<std::string> names = {"a", "a-b", "a.b", "a/0", "a/b", "a/b/c", "a0", "ab", "b", "b/a"};
    const auto chosen = *rc::gen::container<std::vector<std::vector<std::string>>>(
        rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(names)));
    ManagedWorld world;
    world.daemon->background.hold();
    std::vector<std::size_t> begun;
    std::vector<std::size_t> expected;
    std::vector<CgroupPath> before;
    std::size_t ended = 0;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      std::vector<CgroupPath> cgroups;
      for (const auto& name : chosen[i]) cgroups.push_back(path(name));
      const bool is_free = std::ranges::none_of(cgroups, [&](const auto& one) {
        return std::ranges::any_of(before, [&](const auto& other) { return is_related(one, other); });
      });
      if (is_free) expected.push_back(i);
      before.insert(before.end(), cgroups.begin(), cgroups.end());
      world.daemon->transactions.run(
          cgroups,
          [&begun, i]() -> Result<Work> {
            begun.push_back(i);
            return Work{};
          },
          [&ended](const auto& /*done*/) { ++ended; });
    }
    RC_ASSERT(begun == expected);
    world.daemon->background.let_go();
    RC_ASSERT(ended == chosen.size());
    RC_ASSERT(!world.daemon->transactions.is_crowded({}));
  });
}

TEST(TheQueue, HasAPlaceForWhoHasNothingInIt) {
  ManagedWorld world;
  ASSERT_OK(world.create("web"));
  world.daemon->background.hold();
  std::size_t refused = 0;
  const auto ask = [&](std::uint32_t uid) {
    world.daemon->manager.set_limits(path("web"), changes("pids.max=9"), {}, {.uid = uid, .unit = {}, .command = {}},
                                     [&](const auto& done) {
                                       if (!done) ++refused;
                                     });
  };
  constexpr int flood = 400;
  for (int i = 0; i < flood; ++i) ask(1001);
  EXPECT_GT(refused, 0U);
  const auto of_the_first = refused;
  for (int i = 0; i < 10; ++i) ask(1002);
  EXPECT_EQ(refused, of_the_first) << "the second has places of his own";
  for (std::uint32_t uid = 2000; uid < 2010; ++uid) {
    for (int i = 0; i < flood; ++i) ask(uid);
  }
  const auto of_many = refused;
  ask(0);
  EXPECT_EQ(refused, of_many) << "and the last one to come, too";
}

TEST(ASqueeze, ThatIsGivenLongKeepsNothingElseWaiting) {
  ManagedWorld world;
  for (const char* const name : {"slow", "web"}) {
    ASSERT_OK(world.create(name, "memory.max=64M"));
    world.kernel.use_memory(path(name), std::uint64_t{60} << 20U);
  }
  world.daemon->background.hold();
  world.daemon->patient.hold();
  const auto squeeze = [&](const char* name, std::chrono::milliseconds within) {
    SetOptions options;
    options.execute.within = within;
    world.daemon->manager.set_limits(path(name), changes("memory.max=32M"), options, {}, [](const auto& /*done*/) {});
  };
  squeeze("slow", std::chrono::hours(1));
  EXPECT_EQ(world.daemon->patient.held(), 1U);
  EXPECT_EQ(world.daemon->background.held(), 0U);
  squeeze("web", ExecuteOptions().within);
  EXPECT_EQ(world.daemon->background.held(), 1U);
}

}  // namespace
}  // namespace cgroupd
