// One row a key.
#include "config/budget_section.h"

#include <algorithm>
#include <array>
#include <vector>

#include "model/quantity.h"
#include "model/suggest.h"

namespace cgroupd {
namespace {

constexpr std::uint64_t most_processes = std::uint64_t{1} << 22U;  // what a kernel has at most (PID_MAX_LIMIT)

Result<void> set_resource(Budget& budget, Resource resource, const Result<std::uint64_t>& amount) {
  if (!amount) return fail(amount.error());
  budget.most.at(static_cast<std::size_t>(resource)) = *amount;
  return {};
}

Result<void> set_memory(Budget& budget, std::string_view value) {
  return set_resource(budget, Resource::memory, parse_bytes(value));
}
Result<void> set_cpus(Budget& budget, std::string_view value) {
  constexpr std::uint64_t millionths_in_a_thousandth = 1000;
  return set_resource(budget, Resource::cpus,
                      parse_millicores(value).map([](std::uint64_t m) { return m * millionths_in_a_thousandth; }));
}
Result<void> set_pids(Budget& budget, std::string_view value) {
  return set_resource(budget, Resource::pids, parse_count(value, 0, most_processes));
}
Result<void> set_cgroups(Budget& budget, std::string_view value) {
  constexpr std::uint64_t most = 1'000'000;
  return parse_count(value, 0, most).map([&](std::uint64_t count) { budget.cgroups = count; });
}
Result<void> set_depth(Budget& budget, std::string_view value) {
  return parse_count(value, 1, CgroupPath::max_depth).map([&](std::uint64_t depth) { budget.depth = depth; });
}
Result<void> set_over_commit(Budget& budget, std::string_view value) {
  const auto thousandths = parse_millicores(value);  // the same grammar: "1.5"
  constexpr std::uint64_t one = 1000;
  constexpr std::uint64_t most = 100 * one;
  if (!thousandths || *thousandths < one || *thousandths > most) {
    return fail(ErrorCode::out_of_range, "'" + std::string(value) + "' is no over-commit",
                "write how many times the budget may be promised, from 1 to 100, as in 1.5");
  }
  budget.over_commit_percent = *thousandths / 10;
  return {};
}

struct BudgetKey {
  std::string_view name;
  Result<void> (*set)(Budget&, std::string_view);
};
constexpr std::array budget_keys = {BudgetKey{"memory", set_memory}, BudgetKey{"cpus", set_cpus},
                                    BudgetKey{"pids", set_pids},     BudgetKey{"cgroups", set_cgroups},
                                    BudgetKey{"depth", set_depth},   BudgetKey{"over-commit", set_over_commit}};

}  // namespace

Result<void> check_budget_name(std::string_view argument) {
  const bool fits = !argument.empty() && argument != "@" && argument.find_first_of(" \t/:") == std::string_view::npos;
  if (fits) return {};
  return fail(ErrorCode::invalid_argument, "section [budget] needs a user or a group",
              "write it as in [budget eve] or [budget @staff]");
}

Result<void> set_budget_key(Budget& budget, std::string_view key, std::string_view value) {
  const auto* const row = std::ranges::find(budget_keys, key, &BudgetKey::name);
  if (row != budget_keys.end()) return row->set(budget, value);
  std::vector<std::string_view> names;
  for (const BudgetKey& known : budget_keys) names.push_back(known.name);
  const std::string near = nearest_word(key, names);
  return fail(
      ErrorCode::invalid_argument, "unknown key '" + std::string(key) + "' in section [budget]",
      near.empty() ? "there are memory, cpus, pids, cgroups, depth and over-commit" : "did you mean '" + near + "'?");
}

}  // namespace cgroupd
