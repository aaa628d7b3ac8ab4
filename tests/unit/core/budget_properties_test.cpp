// Whatever is done in whatever order: nobody comes to hold more than the budget, or more than was held already.
#include <algorithm>
#include <array>
#include <ranges>

#include "cgroupfs/limit_file.h"
#include "core/admission.h"
#include "core/diagnosis.h"
#include "core/last_makers.h"
#include "core/ownership.h"
#include "core/tree.h"
#include "support/managed_world.h"
#include "support/named.h"
#include "support/properties.h"

namespace cgroupd {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t root = 0;
constexpr std::uint32_t daemons = 995;
constexpr std::array budget_names = {"a", "b", "c", "a/x", "a/y", "b/x", "a/x/deep"};
constexpr std::array memories = {"1M", "10M", "40M", "60M", "99M", "100M", "101M", "50%", "max"};
constexpr std::array cpus = {"0.1",         "0.5",           "1",           "1.5",  "33333 99999",
                             "quota=70000", "period=250000", "period=3333", "100%", "max"};
constexpr std::array pids = {"1", "10", "25", "50", "51", "max"};

// What is held of each resource at the top, where no number is more than every number; and how many, how deep.
struct Held {
  std::array<std::uint64_t, all_resources.size()> sums{};
  std::size_t cgroups = 0;
  std::size_t depth = 0;
};

struct BudgetedWorld : ManagedWorld {
  BudgetedWorld() {
    die();
    prepare = [this](Daemon& made) {
      admission = std::make_unique<Admission>(
          kernel,
          Admission::Rules{.ceilings = {{find_limit("pids.max"), Amount(std::uint64_t{60})}}, .budgets = {budget}},
          Admission::People{
              .name_of = [](std::uint32_t uid) { return uid == eve ? std::string("eve") : "other"; },
              .groups_of = [](std::uint32_t) { return std::vector<std::string>(); },
              .maker_of = [&made](const CgroupPath& cgroup) { return LastMakers(*made.store).of(cgroup); }},
          daemons);
      made.transactions.guard_with(*admission);
      admission->count_what_comes_back(
          [&made](const CgroupPath& cgroup) -> const DesiredCgroup& { return made.transactions.desired_of(cgroup); });
    };
    start();
  }

  Held held() {
    Held all;
    std::vector<CgroupPath> top;
    for (const auto& cgroup : walk(kernel, 1000)) {
      if (owner_of(kernel, cgroup) != eve) continue;
      ++all.cgroups;
      all.depth = std::max(all.depth, cgroup.depth());
      if (std::ranges::any_of(top, [&](const CgroupPath& one) { return one.contains(cgroup); })) continue;
      top.push_back(cgroup);
      for (const Resource resource : all_resources) {
        const auto value = read_limit(kernel, cgroup, limit_of_resource(resource));
        const auto amount = value ? amount_of(resource, *value) : Amount(Unlimited{});
        const auto* const number = std::get_if<std::uint64_t>(&amount);
        auto& sum = all.sums.at(static_cast<std::size_t>(resource));
        sum = number == nullptr || sum > UINT64_MAX - *number ? UINT64_MAX : sum + *number;
      }
    }
    return all;
  }

  bool has_ceiling_broken() {
    return std::ranges::any_of(walk(kernel, 1000), [this](const CgroupPath& cgroup) {
      const auto value = read_limit(kernel, cgroup, *find_limit("pids.max"));
      return value && lowers(*value, Value(Amount(std::uint64_t{60})));
    });
  }

  // What the authorizer would let eve through with.
  bool is_hers(const CgroupPath& cgroup, bool may_be_new) {
    auto levels = cgroup.ancestors();
    levels.push_back(cgroup);
    bool any_there = false;
    for (const auto& level : levels) {
      if (level.is_root() || !exists(kernel, level)) continue;
      if (owner_of(kernel, level) == eve) return may_be_new || exists(kernel, cgroup);
      any_there = true;
    }
    return may_be_new && !any_there;
  }

  Budget budget{.whose = "eve", .most = {100 * mebibyte, std::uint64_t{1'000'000}, 50}, .cgroups = 5, .depth = 2};
  std::unique_ptr<Admission> admission;
};

// One thing that somebody does: everything in it is chosen by number, so that a failing run shrinks.
struct Deed {
  unsigned kind, who, name, other, memory, cpu, pid, how;
};

rc::Gen<Deed> any_deed() {
  const auto number = [](unsigned most) { return rc::gen::inRange(0U, most); };
  return rc::gen::construct<Deed>(number(14), number(3), number(budget_names.size()), number(budget_names.size()),
                                  number(memories.size() + 1), number(cpus.size() + 1), number(pids.size() + 1),
                                  number(16));
}

std::ostream& operator<<(std::ostream& out, const Deed& deed) {
  return out << "{" << deed.kind << " by " << deed.who << " " << budget_names.at(deed.name) << " "
             << budget_names.at(deed.other) << " memory "
             << (deed.memory < memories.size() ? memories.at(deed.memory) : "-") << " cpus "
             << (deed.cpu < cpus.size() ? cpus.at(deed.cpu) : "-") << " pids "
             << (deed.pid < pids.size() ? pids.at(deed.pid) : "-") << " how " << deed.how << "}";
}

Changes wishes_of(const Deed& deed) {
  Changes all;
  const auto add = [&](const char* file, const char* text) {
    all.emplace(find_limit(file), parse_change(*find_limit(file), text).value());
  };
  if (deed.memory < memories.size()) add("memory.max", memories.at(deed.memory));
  if (deed.cpu < cpus.size()) add("cpu.max", cpus.at(deed.cpu));
  if (deed.pid < pids.size()) add("pids.max", pids.at(deed.pid));
  return all;
}

void do_it(BudgetedWorld& world, const Deed& deed) {
  const bool by_eve = deed.who < 2;
  const Caller caller{.uid = by_eve ? eve : root, .pid = {}, .unit = {}, .command = {}};
  const CgroupPath name = path(budget_names.at(deed.name));
  const Changes wishes = wishes_of(deed);
  auto& manager = world.daemon->manager;
  const auto ignore = [](const auto& /*done*/) {};
  const bool hers = !by_eve || world.is_hers(name, false);
  const std::optional<DriftPolicy> drift =
      deed.how % 4 == 3 ? std::optional(static_cast<DriftPolicy>(deed.how / 4 % 3)) : std::nullopt;
  const std::optional<std::chrono::microseconds> lease =
      deed.how % 3 == 1 ? std::optional<std::chrono::microseconds>((1 + deed.how) * 1min) : std::nullopt;
  switch (deed.kind) {
    case 0:
    case 1:
    case 2:
      if (by_eve && !world.is_hers(name, true)) return;
      return manager.create(
          name, wishes, {.if_absent = deed.how % 2 == 0, .runtime = deed.how % 5 == 0, .drift = drift}, caller, ignore);
    case 3:
    case 4:
    case 5:
      if (!hers) return;
      return manager.set_limits(name, wishes, {.runtime = !lease && deed.how % 5 == 0, .lease = lease, .drift = drift},
                                caller, ignore);
    case 6:
      if (!hers) return;
      return manager.unset(name, {find_limit(deed.how % 2 == 0 ? "memory.max" : "cpu.max")}, caller, ignore);
    case 7:
      if (!hers) return;
      return manager.remove(name, deed.how % 2 == 0, caller, ignore);
    case 8: {
      const CgroupPath other = path(budget_names.at(deed.other));
      DeclaredCgroups both = {{.name = name, .limits = wishes}};
      if (other != name) both.push_back({.name = other, .limits = wishes});
      std::ranges::stable_sort(both, {}, [](const DeclaredCgroup& one) { return one.name.depth(); });
      if (by_eve && !(world.is_hers(name, true) && world.is_hers(other, true))) return;
      return manager.apply(both, {.prune = !by_eve && deed.how % 4 == 0}, caller, ignore);
    }
    case 9:
    case 10: {
      // Of her last changes, by somebody who may.
      const auto entries = world.history();
      if (entries.empty()) return;
      return manager.undo(entries.at(deed.how % entries.size()).id, {}, caller, ignore);
    }
    case 11:
      return world.time.pass((deed.how + 1) * 1min);
    case 12:
      world.die();
      if (deed.how % 2 == 0) {
        for (const auto& cgroup : walk(world.kernel, 1000) | std::views::reverse) (void)world.kernel.remove(cgroup);
        world.boot += "x";
      }
      return world.start(deed.how % 2 == 0);
    default:
      // Another writer (who need not care for budgets), and what comes of it.
      if (!world.kernel.exists(name)) return;
      return world.other_writes(budget_names.at(deed.name), "memory.max", deed.how % 2 == 0 ? "max" : "1048576");
  }
}

}  // namespace

RC_GTEST_PROP(ABudget, IsHeldInAnyOrderOfChanges, ()) {
  BudgetedWorld world;
  const auto deeds = *rc::gen::container<std::vector<Deed>>(any_deed());
  for (const auto& deed : deeds) {
    const Held before = world.held();
    do_it(world, deed);
    const Held after = world.held();
    const bool is_foreign = deed.kind > 12;  // the daemon has no say in that, only in what it does about it
    for (std::size_t i = 0; i < after.sums.size() && !is_foreign; ++i)
      RC_ASSERT(after.sums.at(i) <= std::max(before.sums.at(i), *world.budget.most.at(i)));
    RC_ASSERT(after.cgroups <= std::max<std::size_t>(before.cgroups, *world.budget.cgroups));
    RC_ASSERT(after.depth <= std::max<std::size_t>(before.depth, *world.budget.depth));
    RC_ASSERT(!world.has_ceiling_broken());
  }
}

}  // namespace cgroupd
