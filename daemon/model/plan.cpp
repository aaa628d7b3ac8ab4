// Ordering of steps.
#include "model/plan.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace cgroupd {
namespace {

// No limit counts as the largest number.
bool smaller(const Amount& a, const Amount& b) {
  const auto* const x = std::get_if<std::uint64_t>(&a);
  const auto* const y = std::get_if<std::uint64_t>(&b);
  return x != nullptr && (y == nullptr || *x < *y);
}

Amount quota_of(const Bandwidth& bandwidth) {
  return bandwidth.quota_us ? Amount(*bandwidth.quota_us) : Amount(Unlimited{});
}

const Value* find(const Values& values, const Limit* limit) {
  const auto at = values.find(limit);
  return at == values.end() ? nullptr : &at->second;
}

// What will be in force for `limit` once the target is met; nullptr when it is not known.
const Value* afterwards(const Target& target, const Limit* limit) {
  const Value* const wanted = find(target.wanted, limit);
  return wanted != nullptr ? wanted : find(target.in_force, limit);
}

bool is_on(const Value* value) {
  return value != nullptr && std::get<Amount>(*value) == Amount(std::uint64_t{1});
}

Result<void> check_burst(const Target& target) {
  const Limit* const quota_limit = limit_of_role(Role::quota);
  const Limit* const burst_limit = limit_of_role(Role::burst);
  if (!target.wanted.contains(quota_limit) && !target.wanted.contains(burst_limit)) return {};
  const Value* const quota = afterwards(target, quota_limit);
  const Value* const burst = afterwards(target, burst_limit);
  if (quota == nullptr || burst == nullptr || !smaller(quota_of(std::get<Bandwidth>(*quota)), std::get<Amount>(*burst)))
    return {};
  return fail(ErrorCode::out_of_range,
              target.cgroup.str() + ": a burst of " + print_value(*burst) + " µs is more than the quota of " +
                  print_value(Value(quota_of(std::get<Bandwidth>(*quota)))) + " µs",
              "the kernel wants cpu.max.burst within the quota: lower it too, as in --cpu-burst 0");
}

bool stays_idle(const Target& target) {
  const Limit* const idle = limit_of_role(Role::idle);
  return is_on(find(target.in_force, idle)) && is_on(afterwards(target, idle));
}

bool wakes(const Target& target) {
  const Limit* const idle = limit_of_role(Role::idle);
  return is_on(find(target.in_force, idle)) && !is_on(afterwards(target, idle));
}

// A weight rests while its cgroup is idle. Whoever says so in the same breath, or says what rests there, knows that.
Result<void> check_weight(const Target& target) {
  const Value* const weight = find(target.wanted, limit_of_role(Role::weight));
  if (weight == nullptr || !stays_idle(target) || target.wanted.contains(limit_of_role(Role::idle))) return {};
  if (target.remembered_weight && *weight == Value(Amount(*target.remembered_weight))) return {};
  return fail(ErrorCode::busy,
              target.cgroup.str() + ": a weight has no effect while cpu.idle is on, and the kernel refuses it",
              "wake it first: cgctl set " + target.cgroup.str() + " --cpu-idle no");
}

std::vector<std::pair<const Limit*, Value>> undo_of(const Target& target, const Limit& limit, const Value& from) {
  std::vector<std::pair<const Limit*, Value>> undo = {{&limit, from}};
  if (limit.role != Role::idle || is_on(&from)) return undo;
  const Limit* const weight = limit_of_role(Role::weight);
  if (const Value* const known = afterwards(target, weight)) undo.emplace_back(weight, *known);
  return undo;
}

Risk risk_of(const Limit& limit, const Value& from, const Value& to, const InUse& in_use) {
  if (limit.lowering == Lowering::harmless || !lowers(from, to)) return Risk::none;
  if (in_use.memory_bytes && !smaller(std::get<Amount>(to), Amount(*in_use.memory_bytes))) return Risk::none;
  return limit.lowering == Lowering::kills ? Risk::kills : Risk::reclaims;
}

enum Phase { raising, lowering, at_last };

Phase phase_of(const Step& step) {
  if (step.limit->role == Role::idle) return is_on(&step.to) ? at_last : raising;
  return lowers(step.from, step.to) ? lowering : raising;
}

// Within a phase and a cgroup; the lowering order is the raising order turned round.
int rank_of(Role role) {
  switch (role) {
    case Role::swap_room:
    case Role::idle:
      return 0;
    case Role::hard_max:
    case Role::quota:
    case Role::weight:
      return 1;
    case Role::soft_max:
    case Role::burst:
      return 2;
    case Role::plain:
      return 3;
  }
  return 3;
}

auto order_key(const Step& step) {
  const Phase phase = phase_of(step);
  const int direction = phase == lowering ? -1 : 1;
  return std::tuple(phase, direction * static_cast<int>(step.cgroup.depth()), direction * rank_of(step.limit->role));
}

Result<void> add_steps(const Target& target, const Values& wanted, Plan& plan) {
  for (const auto& [limit, to] : wanted) {
    const Value* const known = find(target.in_force, limit);
    if (known == nullptr)
      return fail(ErrorCode::failed, target.cgroup.str() + ": " + std::string(limit->file) + " was not read");
    // Leaving idle, the kernel puts the default weight in force whatever the file read before.
    const bool is_reset = limit->role == Role::weight && wakes(target);
    Value from = is_reset ? unset_value(*limit) : *known;
    if (from == to) continue;
    Step& step = plan.emplace_back();
    step.cgroup = target.cgroup;
    step.limit = limit;
    step.to = to;
    step.risk = risk_of(*limit, from, to, target.in_use);
    step.undo = undo_of(target, *limit, from);
    step.from = std::move(from);
  }
  return {};
}

// Of rows that hang together, which may want more or less than was said.
Result<void> add_cpu_steps(const Target& target, Plan& plan) {
  if (auto ok = check_burst(target).and_then([&] { return check_weight(target); }); !ok) return ok;
  const Limit* const weight = limit_of_role(Role::weight);
  const bool rests = stays_idle(target) && target.wanted.contains(weight);
  const bool is_woken = wakes(target);
  if (!rests && !is_woken) return add_steps(target, target.wanted, plan);
  Values wanted = target.wanted;
  if (rests) wanted.erase(weight);
  if (is_woken && target.remembered_weight) wanted.emplace(weight, Value(Amount(*target.remembered_weight)));
  return add_steps(target, wanted, plan);
}

}  // namespace

bool rests(const Limit& limit, const Values& in_force) {
  return limit.role == Role::weight && is_on(find(in_force, limit_of_role(Role::idle)));
}

bool lowers(const Value& from, const Value& to) {
  if (const auto* const amount = std::get_if<Amount>(&to)) return smaller(*amount, std::get<Amount>(from));
  if (const auto* const bandwidth = std::get_if<Bandwidth>(&to))
    return smaller(quota_of(*bandwidth), quota_of(std::get<Bandwidth>(from)));
  return false;
}

bool exceeds(const Value& value, const Value& most) {
  const auto* const bandwidth = std::get_if<Bandwidth>(&value);
  if (bandwidth == nullptr) return lowers(value, most);
  const auto& bound = std::get<Bandwidth>(most);
  if (!bound.quota_us || !bandwidth->quota_us) return bound.quota_us.has_value() && !bandwidth->quota_us;
  using Wide = long double;  // a product may have more than 64 bits
  return Wide(*bandwidth->quota_us) * Wide(bound.period_us) > Wide(*bound.quota_us) * Wide(bandwidth->period_us);
}

const Limit* companion(const Limit& limit) {
  switch (limit.role) {
    case Role::quota:
      return limit_of_role(Role::burst);
    case Role::burst:
      return limit_of_role(Role::quota);
    case Role::weight:
      return limit_of_role(Role::idle);
    case Role::idle:
      return limit_of_role(Role::weight);
    default:
      return nullptr;
  }
}

const Limit* companion(const Limit& limit, const Value& from, const Value& to) {
  return limit.role == Role::quota && !lowers(from, to) ? nullptr : companion(limit);
}

Result<Plan> make_plan(const std::vector<Target>& targets) {
  Plan plan;
  std::size_t most = 0;
  for (const auto& target : targets) most += target.wanted.size();
  plan.reserve(most);
  for (const auto& target : targets) {
    const bool is_plain =
        std::ranges::all_of(target.wanted, [](const auto& entry) { return companion(*entry.first) == nullptr; });
    if (auto ok = is_plain ? add_steps(target, target.wanted, plan) : add_cpu_steps(target, plan); !ok)
      return fail(std::move(ok.error()));
  }
  // In the order they are to be made; those of one rank as they came.
  if (plan.size() > 1) std::ranges::stable_sort(plan, {}, order_key);
  return plan;
}

std::string print_step(const Step& step, bool force) {
  const auto shown = [](const Value& value) {
    std::string text = print_value(value);
    return text.empty() ? std::string("(none)") : text;
  };
  std::string line =
      step.cgroup.str() + " " + std::string(step.limit->file) + " " + shown(step.from) + " -> " + shown(step.to);
  if (step.risk == Risk::reclaims) line += " (reclaims)";
  if (step.risk == Risk::kills) line += force ? " (may kill)" : " (squeezes first)";
  return line;
}

}  // namespace cgroupd
