// Everything is looked up at the moment it is needed: the kernel is the one who knows.
#include "core/admission.h"

#include <algorithm>
#include <utility>

#include "cgroupfs/host.h"
#include "cgroupfs/limit_file.h"
#include "core/ownership.h"
#include "core/tree.h"
#include "model/plan.h"

namespace cgroupd {
namespace {

std::uint64_t number_in(const Value& value) {
  const auto* const amount = std::get_if<Amount>(&value);
  const auto* const number = amount == nullptr ? nullptr : std::get_if<std::uint64_t>(amount);
  return number == nullptr ? UINT64_MAX : *number;
}

// The other way round than number_in().
std::string print_memory(std::uint64_t bytes) {
  return print_amount(Resource::memory, bytes == UINT64_MAX ? Amount(Unlimited{}) : Amount(bytes));
}

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

bool is_more(const Amount& a, const Amount& b) {
  return number_in(Value(a)) > number_in(Value(b));
}

bool is_protection(const Limit& limit) {
  return limit.controller == "memory" && limit.kind == ValueKind::bytes && limit.unset == "0";
}

const Part* part_for(const Work& work, const CgroupPath& cgroup) {
  const auto at = std::ranges::find(work.parts, cgroup, &Part::cgroup);
  return at == work.parts.end() ? nullptr : &*at;
}

void apply(const Values& wanted, Amounts& limits) {
  for (const Resource resource : all_resources) {
    const auto at = wanted.find(&limit_of_resource(resource));
    if (at != wanted.end()) limits.at(static_cast<std::size_t>(resource)) = amount_of(resource, at->second);
  }
}

// What stands in turn when leases are over is held already.
void add_what_comes_back(const DesiredCgroup& desired, Amounts& limits) {
  for (const Resource resource : all_resources) {
    const Limit& limit = limit_of_resource(resource);
    Amount& most = limits.at(static_cast<std::size_t>(resource));
    for (const Statement* const statement : desired.to_come(limit)) {
      const Amount then = amount_of(resource, statement->value.value_or(unset_value(limit)));
      if (is_more(then, most)) most = then;
    }
  }
}

void claim_for(const Part& part, Amounts& limits) {
  apply(part.wanted, limits);
  if (part.desired) add_what_comes_back(*part.desired, limits);
}

}  // namespace

Admission::Admission(Kernel& kernel, Rules rules, People people, std::uint32_t self)
    : kernel_(kernel), people_(std::move(people)), self_(self) {
  set_rules(std::move(rules));
}

void Admission::set_rules(Rules rules) {
  known_.clear();
  rules_ = std::move(rules);
  for (auto& [limit, ceiling] : rules_.ceilings) ceiling = as_kernel_rounds(*limit, ceiling);
}

const Budget* Admission::budget_of(std::uint32_t uid) {
  if (const auto known = known_.find(uid); known != known_.end()) return known->second;
  constexpr std::size_t most_known = 1024;
  if (known_.size() >= most_known) known_.clear();
  const Budget* found = nullptr;
  if (!rules_.budgets.empty() && uid != 0) {
    const auto named = [&](const std::string& whose) {
      const auto at = std::ranges::find(rules_.budgets, whose, &Budget::whose);
      return at == rules_.budgets.end() ? nullptr : &*at;
    };
    found = named(people_.name_of(uid));
    if (found == nullptr) {
      for (const auto& group : people_.groups_of(uid)) {
        found = named("@" + group);
        if (found != nullptr) break;
      }
    }
  }
  known_.emplace(uid, found);
  return found;
}

std::optional<std::uint32_t> Admission::owner_in(const Work& work, const CgroupPath& cgroup, bool is_new) const {
  if (!is_new) return owner_of(kernel_, cgroup);
  const Part* const part = part_for(work, cgroup);
  auto uid = part == nullptr ? std::nullopt : part->owner;
  if (!uid) uid = work.who.uid ? work.who.uid : people_.maker_of(cgroup);
  if (!uid || *uid == 0 || *uid == self_) return std::nullopt;
  return uid;
}

Amounts Admission::in_force(const CgroupPath& cgroup) const {
  Amounts limits;
  for (const Resource resource : all_resources) {
    if (const auto value = read_limit(kernel_, cgroup, limit_of_resource(resource)))
      limits.at(static_cast<std::size_t>(resource)) = amount_of(resource, *value);
  }
  return limits;
}

// What counts against the budget now: in force, or on its way there.
std::vector<Claim> Admission::claims_of(const Budget& budget) {
  std::vector<Claim> claims;
  for (const auto& cgroup : walk(kernel_, most_walked)) {
    const auto owner = owner_of(kernel_, cgroup);
    if (!owner || budget_of(*owner) != &budget) continue;
    Claim claim{.cgroup = cgroup, .limits = in_force(cgroup)};
    for (const auto& [key, reserved] : under_way_) {
      const auto at = std::ranges::find(reserved, cgroup, &Claim::cgroup);
      if (at == reserved.end()) continue;
      claim.limits = at->limits;  // one that is only being made has no limit in force yet, but will
    }
    if (desired_of_) add_what_comes_back(desired_of_(cgroup), claim.limits);
    claims.push_back(std::move(claim));
  }
  return claims;
}

Result<void> Admission::check_ceilings(const Work& work) const {
  for (const auto& part : work.parts) {
    for (const auto& [limit, value] : part.wanted) {
      const auto ceiling = rules_.ceilings.find(limit);
      if (part.remove || ceiling == rules_.ceilings.end()) continue;
      std::vector<Value> turns = {value};
      if (part.desired && work.is_asked()) {
        for (const Statement* const later : part.desired->to_come(*limit))
          turns.push_back(later->value.value_or(unset_value(*limit)));
      }
      const auto above = std::ranges::find_if(turns, [&](const Value& turn) { return exceeds(turn, ceiling->second); });
      if (above == turns.end()) continue;
      return fail(ErrorCode::limit_exceeded,
                  std::string(limit->file) + " " + print_value_for_people(*limit, *above) + " of " + part.cgroup.str() +
                      " is above the ceiling of " + print_value_for_people(*limit, ceiling->second) +
                      (above == turns.begin() ? "" : " when its lease is over"),
                  "have the administrator raise it under [ceilings] in cgroupd.conf");
    }
  }
  return {};
}

Result<void> Admission::check_budgets(const Work& work, const std::vector<CgroupPath>& missing) {
  if (rules_.budgets.empty()) return {};
  std::vector<const Budget*> touched;
  const auto touch = [&](const CgroupPath& cgroup, bool is_new) {
    const auto owner = owner_in(work, cgroup, is_new);
    const Budget* const budget = owner ? budget_of(*owner) : nullptr;
    if (budget != nullptr && std::ranges::find(touched, budget) == touched.end()) touched.push_back(budget);
    return budget;
  };
  std::map<CgroupPath, const Budget*> fresh;
  for (const auto& level : missing) fresh.emplace(level, touch(level, true));
  for (const auto& part : work.parts) {
    if (!fresh.contains(part.cgroup)) touch(part.cgroup, false);
  }
  for (const Budget* const budget : touched) {
    const auto before = claims_of(*budget);
    auto after = before;
    std::erase_if(after, [&](const Claim& claim) {
      const Part* const part = part_for(work, claim.cgroup);
      return part != nullptr && part->remove;
    });
    for (auto& claim : after) {
      if (const Part* const part = part_for(work, claim.cgroup)) claim_for(*part, claim.limits);
    }
    for (const auto& [level, of] : fresh) {
      if (of != budget) continue;
      Claim claim{.cgroup = level};
      if (const Part* const part = part_for(work, level)) claim_for(*part, claim.limits);
      after.push_back(std::move(claim));
    }
    if (auto ok = check_budget(*budget, before, after); !ok) return ok;
  }
  return {};
}

// The most that a limit is or comes to be, as leases end.
std::uint64_t Admission::most_in_turn(const CgroupPath& cgroup, const Limit& limit, const Part* part) const {
  if (part != nullptr && part->remove) return 0;
  std::uint64_t most = 0;
  if (part != nullptr && part->wanted.contains(&limit)) {
    most = number_in(part->wanted.at(&limit));
  } else if (const auto there = read_limit(kernel_, cgroup, limit)) {
    most = number_in(*there);
  }
  const auto add_turns = [&](const DesiredCgroup& desired) {
    for (const Statement* const later : desired.to_come(limit))
      most = std::max(most, number_in(later->value.value_or(unset_value(limit))));
  };
  if (part != nullptr && part->desired) {
    add_turns(*part->desired);
  } else if (desired_of_) {
    add_turns(desired_of_(cgroup));
  }
  return most;
}

// memory.min and memory.low: what children are promised, their parent must have (cgroup-v2.rst, "memory.min"). The
// delegated root is not ours to protect; where nobody protects it, what the machine has is the bound.
Result<void> Admission::check_protections(const Work& work) const {
  for (const auto& part : work.parts) {
    for (const auto& [limit, value] : part.wanted) {
      if (!is_protection(*limit) || part.remove) continue;
      const CgroupPath parent = part.cgroup.parent();
      std::uint64_t promised = most_in_turn(part.cgroup, *limit, &part);
      const bool is_there = read_limit(kernel_, part.cgroup, *limit).has_value();
      if (is_there && promised <= most_in_turn(part.cgroup, *limit, nullptr)) continue;  // it does not rise
      const Part* const above = part_for(work, parent);
      const bool above_changes = above != nullptr && !above->remove && above->wanted.contains(limit);
      const auto above_now = read_limit(kernel_, parent, *limit);
      std::uint64_t has = above_changes ? number_in(above->wanted.at(limit)) : above_now ? number_in(*above_now) : 0;
      if (parent.is_root() && has == 0) has = host_memory_bytes();
      const auto siblings = kernel_.children(parent);
      for (const auto& name : siblings ? *siblings : std::vector<std::string>()) {
        const auto sibling = parent.child(name);
        if (sibling && *sibling != part.cgroup)
          promised = add(promised, most_in_turn(*sibling, *limit, part_for(work, *sibling)));
      }
      if (promised <= has) continue;
      const std::string who = parent.is_root() ? "what is above" : parent.str();
      return fail(ErrorCode::limit_exceeded,
                  std::string(limit->file) + " " + print_memory(number_in(value)) + " of " + part.cgroup.str() +
                      " cannot be kept: " + who + " has " + print_memory(has) + ", and " + print_memory(promised) +
                      " would be promised below it",
                  parent.is_root() ? "protect less" : "protect " + who + " first, or protect less");
    }
  }
  return {};
}

// What lies outside of the cgroup above the kernel takes, and then gives less than was asked for, or all that there is
// (cgroup-v2.rst, "cpuset.cpus").
Result<void> Admission::check_places(const Work& work) const {
  for (const auto& part : work.parts) {
    for (const auto& [limit, value] : part.wanted) {
      const auto* const wanted = std::get_if<IdList>(&value);
      if (wanted == nullptr || part.remove || !is_news(part, *limit, value)) continue;
      const auto there = places_above(part.cgroup, *limit, work);
      if (!there || is_within(*wanted, *there)) continue;
      return fail(ErrorCode::invalid_argument,
                  std::string(limit->file) + " " + wanted->ranges + " of " + part.cgroup.str() + " cannot be had",
                  "there are " + there->ranges + " in the cgroup above");
    }
  }
  return {};
}

// Neither in force nor agreed to before.
bool Admission::is_news(const Part& part, const Limit& limit, const Value& value) const {
  const Statement* const stood = desired_of_ ? desired_of_(part.cgroup).standing(limit) : nullptr;
  if (stood != nullptr && stood->value == value) return false;
  const auto now = read_limit(kernel_, part.cgroup, limit);
  return now ? *now != value : part.make;
}

// None: the controller does not reach that far yet.
std::optional<IdList> Admission::places_above(const CgroupPath& cgroup, const Limit& limit, const Work& work) const {
  for (CgroupPath level = cgroup.parent();; level = level.parent()) {
    const Part* const part = part_for(work, level);
    const bool changes = part != nullptr && part->wanted.contains(&limit);
    if (changes) {
      const auto& wanted = std::get<IdList>(part->wanted.at(&limit));
      if (!wanted.ranges.empty()) return wanted;
    } else if (const auto text = kernel_.read(level, std::string(limit.file) + ".effective")) {
      const auto there = parse_value(limit, *text);
      if (!there || std::get<IdList>(*there).ranges.empty()) return std::nullopt;
      return std::get<IdList>(*there);
    }
    if (level.is_root()) return std::nullopt;
  }
}

Result<void> Admission::admit(Work& work, const std::vector<CgroupPath>& missing, const void* key) {
  if (!rules_.ceilings.empty()) {
    // A cgroup without a limit would be above every ceiling, those made on the way to it too.
    for (const auto& level : missing) {
      if (part_for(work, level) == nullptr) work.parts.push_back(Part{.cgroup = level, .make = true, .by_gate = true});
    }
    std::ranges::stable_sort(work.parts, {}, [](const Part& part) { return part.cgroup.depth(); });
    for (auto& part : work.parts) {
      for (const auto& [limit, ceiling] : rules_.ceilings) {
        if (part.make && exceeds(unset_value(*limit), ceiling)) part.wanted.emplace(limit, ceiling);
      }
    }
  }
  auto ok = check_ceilings(work).and_then([&] { return check_budgets(work, missing); }).and_then([&] {
    return check_protections(work);
  });
  // An undo brings back what was agreed to.
  if (ok && work.is_asked() && work.cause != Cause::undo) ok = check_places(work);
  if (!ok || key == nullptr || rules_.budgets.empty()) return ok;
  // Until it has ended, the most that it had or will have is held: it may be taken back.
  std::vector<Claim> held;
  for (const auto& part : work.parts) {
    Claim claim{.cgroup = part.cgroup};
    if (part.make) {
      claim_for(part, claim.limits);
    } else {
      claim.limits = in_force(part.cgroup);
      Amounts then = claim.limits;
      claim_for(part, then);
      for (std::size_t i = 0; i < then.size(); ++i) {
        if (is_more(then.at(i), claim.limits.at(i))) claim.limits.at(i) = then.at(i);
      }
    }
    held.push_back(std::move(claim));
  }
  under_way_.insert_or_assign(key, std::move(held));
  return {};
}

void Admission::made(const std::vector<CgroupPath>& levels, const Work& work) {
  for (const auto& level : levels) {
    if (const auto owner = owner_in(work, level, true)) {
      // Where the kernel keeps no marks, it belongs to nobody but root.
      [[maybe_unused]] const auto ignored = set_owner(kernel_, level, *owner);
    }
  }
}

void Admission::ended(const void* key) {
  under_way_.erase(key);
}

}  // namespace cgroupd
