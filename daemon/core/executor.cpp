// Write, read back, roll back.
#include "core/executor.h"

#include <string>

#include "cgroupfs/limit_file.h"
#include "core/diagnosis.h"

namespace cgroupd {
namespace {

// Brings one limit from `from` to `to`; answers what the kernel holds then.
Result<Value> write_value(Kernel& kernel, const CgroupPath& cgroup, const Limit& limit, const Value& from, const Value& to) {
  Result<Value> in_force = from;
  for (const auto& text : write_texts(limit, from, to)) {
    in_force = kernel.write(cgroup, limit.file, text).and_then([&](const std::string& back) { return read_limit_text(limit, back); });
    if (!in_force) return in_force;
  }
  return in_force;
}

std::string undo(Kernel& kernel, const Step& step) {
  std::string left_behind;
  for (const auto& [limit, value] : step.undo) {
    const Value now = limit == step.limit ? step.to : unset_value(*limit);
    if (auto ok = write_value(kernel, step.cgroup, *limit, now, value); !ok) {
      left_behind += "; " + std::string(limit->file) + " could not be put back to " + print_value(value) + ": " + ok.error().message;
    }
  }
  return left_behind;
}

Result<Value> run_step(Kernel& kernel, const Step& step) {
  auto in_force = write_value(kernel, step.cgroup, *step.limit, step.from, step.to);
  if (!in_force) return fail(diagnose(kernel, step.cgroup, step.limit->file, in_force.error()));
  if (*in_force != as_kernel_rounds(*step.limit, step.to)) {
    return fail(ErrorCode::failed, step.cgroup.str() + ": the kernel took " + print_value(step.to) + " for " + std::string(step.limit->file) +
                                       " but holds " + print_value(*in_force));
  }
  return in_force;
}

}  // namespace

Result<std::vector<Value>> execute(Kernel& kernel, const Plan& plan) {
  std::vector<Value> in_force;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    auto value = run_step(kernel, plan[i]);
    if (value) {
      in_force.push_back(*std::move(value));
      continue;
    }
    Error error = value.error();
    // The failed step too: a per-device limit may have been written in part.
    for (std::size_t done = i + 1; done-- > 0;) {
      const bool untouched = done == i && error.errno_value != 0 && write_texts(*plan[i].limit, plan[i].from, plan[i].to).size() <= 1;
      if (!untouched) error.message += undo(kernel, plan[done]);
    }
    return fail(std::move(error));
  }
  return in_force;
}

}  // namespace cgroupd
