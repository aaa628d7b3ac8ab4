// Write, read back, roll back.
#include "core/executor.h"

#include <algorithm>
#include <ranges>
#include <string>

#include "cgroupfs/limit_file.h"
#include "core/diagnosis.h"
#include "core/soft_landing.h"

namespace cgroupd {
namespace {

// Brings one limit from `from` to `to`; answers what the kernel holds then.
Result<Value> write_value(Kernel& kernel, const CgroupPath& cgroup, const Limit& limit, const Value& from,
                          const Value& to) {
  Result<Value> in_force = from;
  for (const auto& text : write_texts(limit, from, to)) {
    in_force = kernel.write(cgroup, limit.file, text).and_then([&](const std::string& back) {
      return read_limit_text(limit, back);
    });
    if (!in_force) return in_force;
  }
  return in_force;
}

std::string undo(Kernel& kernel, const Step& step) {
  std::string left_behind;
  for (const auto& [limit, value] : step.undo) {
    const Value now = limit == step.limit ? step.to : unset_value(*limit);
    const bool may_kill = limit->lowering == Lowering::kills && lowers(now, value);
    const Step back{.cgroup = step.cgroup, .limit = limit, .from = now, .to = value, .risk = Risk::kills};
    const auto ok = may_kill ? land_softly(kernel, back, ExecuteOptions().within, {})
                             : write_value(kernel, step.cgroup, *limit, now, value);
    if (!ok) {
      left_behind += "; " + std::string(limit->file) + " could not be put back to " + print_value(value) + ": " +
                     ok.error().message;
    }
  }
  return left_behind;
}

Result<Value> run_step(Kernel& kernel, const Step& step, const ExecuteOptions& options) {
  if (step.risk == Risk::kills && !options.force) return land_softly(kernel, step, options.within, options.stop);
  auto in_force = write_value(kernel, step.cgroup, *step.limit, step.from, step.to);
  if (!in_force) return fail(diagnose(kernel, step.cgroup, step.limit->file, in_force.error()));
  if (*in_force != as_kernel_rounds(*step.limit, step.to)) {
    return fail(Error{.message = step.cgroup.str() + ": the kernel took " + print_value(step.to) + " for " +
                                 std::string(step.limit->file) + " but holds " + print_value(*in_force),
                      .overwritten = true});
  }
  return in_force;
}

}  // namespace

Result<std::vector<Value>> execute(Kernel& kernel, const Plan& plan, const ExecuteOptions& options) {
  std::vector<Value> in_force;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    auto value = run_step(kernel, plan[i], options);
    if (value) {
      in_force.push_back(*std::move(value));
      continue;
    }
    Error error = value.error();
    // The failed step too, where it left a mark: written in part (per-device lines), or held otherwise than asked.
    const auto now = read_limit(kernel, plan[i].cgroup, *plan[i].limit);
    const std::size_t touched = now && *now != plan[i].from ? i + 1 : i;
    for (std::size_t done = touched; done-- > 0;) error.message += undo(kernel, plan[done]);
    return fail(std::move(error));
  }
  return in_force;
}

std::string take_back_all(Kernel& kernel, const Plan& plan) {
  std::string left_behind;
  for (const auto& step : std::views::reverse(plan)) left_behind += undo(kernel, step);
  return left_behind;
}

bool may_block(const Plan& plan) {
  return std::ranges::any_of(plan, [](const Step& step) { return step.risk != Risk::none; });
}

}  // namespace cgroupd
