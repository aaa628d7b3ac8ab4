// Sums that never wrap, and sentences about them.
#include "model/budget.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "model/limits.h"
#include "model/quantity.h"

namespace cgroupd {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t millionths = 1'000'000;

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  return a > largest - b ? largest : a + b;
}

// a * b / c, rounded down; at the end of the range when it does not fit.
std::uint64_t scale(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  const std::uint64_t whole = a / c;
  if (b != 0 && whole > largest / b) return largest;
  return add(whole * b, a % c * b / c);
}

// No limit is more than every number.
std::uint64_t number_of(const Amount& amount) {
  const auto* const number = std::get_if<std::uint64_t>(&amount);
  return number == nullptr ? largest : *number;
}

std::size_t index(Resource resource) {
  return static_cast<std::size_t>(resource);
}

std::string_view word_for(Resource resource) {
  constexpr std::array<std::string_view, all_resources.size()> names = {"memory", "CPUs", "processes"};
  return names.at(index(resource));
}

std::vector<const Claim*> topmost(const std::vector<Claim>& claims) {
  std::vector<const Claim*> top;
  for (const auto& claim : claims) {
    const bool is_below = std::ranges::any_of(claims, [&](const Claim& other) {
      return other.cgroup != claim.cgroup && other.cgroup.contains(claim.cgroup);
    });
    if (!is_below) top.push_back(&claim);
  }
  return top;
}

std::uint64_t total(const std::vector<const Claim*>& claims, Resource resource) {
  std::uint64_t sum = 0;
  for (const Claim* const claim : claims) sum = add(sum, number_of(claim->limits.at(index(resource))));
  return sum;
}

const Claim* find(const std::vector<Claim>& claims, const CgroupPath& cgroup) {
  const auto at = std::ranges::find(claims, cgroup, &Claim::cgroup);
  return at == claims.end() ? nullptr : &*at;
}

// "web holds 400M, db 200M and 3 others 12M".
std::string who_holds(std::vector<const Claim*> claims, Resource resource) {
  constexpr std::size_t most_named = 5;
  const auto held = [&](const Claim* claim) { return number_of(claim->limits.at(index(resource))); };
  std::ranges::stable_sort(claims, std::greater(), held);
  std::string text;
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (i >= most_named) {
      rest = add(rest, held(claims[i]));
      continue;
    }
    text += (i == 0 ? "" : ", ") + claims[i]->cgroup.str() + (i == 0 ? " holds " : " ") +
            print_amount(resource, claims[i]->limits.at(index(resource)));
  }
  if (claims.size() > most_named)
    text += " and " + std::to_string(claims.size() - most_named) + " others " + print_amount(resource, rest);
  return text.empty() ? "nothing is held yet" : text;
}

tl::unexpected<Error> refuse(const Budget& budget, const std::string& what, const std::string& hint) {
  return fail(ErrorCode::limit_exceeded, "the budget of " + budget.whose + " " + what, hint);
}

// The claims that the change makes larger, or new.
std::vector<const Claim*> grown(const std::vector<Claim>& before, const std::vector<const Claim*>& after,
                                Resource resource) {
  std::vector<const Claim*> found;
  for (const Claim* const claim : after) {
    const Claim* const old = find(before, claim->cgroup);
    const std::uint64_t was = old == nullptr ? 0 : number_of(old->limits.at(index(resource)));
    if (number_of(claim->limits.at(index(resource))) > was) found.push_back(claim);
  }
  return found;
}

Result<void> check_resource(const Budget& budget, Resource resource, const std::vector<Claim>& before,
                            const std::vector<Claim>& after) {
  const auto& most = budget.most.at(index(resource));
  if (!most) return {};
  const auto top = topmost(after);
  const auto growing = grown(before, top, resource);
  const std::string of_what = print_amount(resource, *most) + " " + std::string(word_for(resource));
  const std::string file(limit_of_resource(resource).file);
  for (const Claim* const claim : growing) {
    const Amount& wanted = claim->limits.at(index(resource));
    if (number_of(wanted) <= *most) continue;
    return refuse(budget,
                  "is " + of_what + ", so " + file + " of " + claim->cgroup.str() + " cannot be " +
                      print_amount(resource, wanted),
                  "give it a limit within the budget");
  }
  const std::uint64_t together = scale(*most, budget.over_commit_percent, 100);
  const std::uint64_t sum = total(top, resource);
  if (growing.empty() || sum <= together || sum <= total(topmost(before), resource)) return {};
  const auto old_top = topmost(before);
  std::vector<const Claim*> others;
  for (const Claim* const claim : old_top) {
    if (std::ranges::find(growing, claim->cgroup, &Claim::cgroup) == growing.end()) others.push_back(claim);
  }
  const std::uint64_t held = total(others, resource);
  return refuse(
      budget,
      "is " + of_what +
          (budget.over_commit_percent == 100 ? std::string()
                                             : ", " + print_amount(resource, together) + " with over-commit") +
          ": " + who_holds(others, resource) + ", so " + print_amount(resource, together > held ? together - held : 0) +
          " is left for " + growing.front()->cgroup.str() + ", not " +
          print_amount(resource, growing.front()->limits.at(index(resource))),
      "lower another one first, or have root raise the budget in cgroupd.conf");
}

}  // namespace

const Limit& limit_of_resource(Resource resource) {
  constexpr std::array<Role, all_resources.size()> roles = {Role::hard_max, Role::quota, Role::plain};
  const auto rows = all_limits();
  const auto is_it = [&](const Limit& limit) {
    return limit.role == roles.at(index(resource)) && (resource != Resource::pids || limit.controller == "pids");
  };
  return *std::ranges::find_if(rows, is_it);
}

Amount amount_of(Resource /*resource*/, const Value& value) {
  if (const auto* const amount = std::get_if<Amount>(&value)) return *amount;
  const auto* const bandwidth = std::get_if<Bandwidth>(&value);
  if (bandwidth == nullptr || !bandwidth->quota_us || bandwidth->period_us == 0) return Unlimited{};
  const std::uint64_t down = scale(*bandwidth->quota_us, millionths, bandwidth->period_us);
  const bool exact = *bandwidth->quota_us % bandwidth->period_us * millionths % bandwidth->period_us == 0;
  return exact ? down : add(down, 1);
}

std::string print_amount(Resource resource, const Amount& amount) {
  const auto* const number = std::get_if<std::uint64_t>(&amount);
  if (number == nullptr) return "max";
  if (resource == Resource::memory) return print_bytes(*number);
  return resource == Resource::cpus ? print_millicores(add(*number, 999) / 1000) : std::to_string(*number);
}

Result<void> check_budget(const Budget& budget, const std::vector<Claim>& before, const std::vector<Claim>& after) {
  for (const Resource resource : all_resources) {
    if (auto ok = check_resource(budget, resource, before, after); !ok) return ok;
  }
  if (budget.cgroups && after.size() > *budget.cgroups && after.size() > before.size()) {
    return refuse(budget,
                  "is " + std::to_string(*budget.cgroups) + " cgroups, and there are " + std::to_string(before.size()),
                  "remove one first");
  }
  for (const auto& claim : after) {
    if (!budget.depth || claim.cgroup.depth() <= *budget.depth || find(before, claim.cgroup) != nullptr) continue;
    return refuse(budget,
                  "goes " + std::to_string(*budget.depth) + " levels deep, and " + claim.cgroup.str() + " is " +
                      std::to_string(claim.cgroup.depth()),
                  "nest less");
  }
  return {};
}

}  // namespace cgroupd
