// Any change on any state: the kernel refuses no step, what is not named stays, and a failure leaves nothing behind.
#include <cerrno>

#include "cgroupfs/limit_file.h"
#include "core/executor.h"
#include "model/plan.h"
#include "support/fake_kernel.h"
#include "support/properties.h"
#include "unit/model/generators.h"

namespace cgroupd {
namespace {

const std::vector<std::string> plan_names = {"a", "a/b", "a/b/c", "d"};

fake::Host host_of(fake::Release release) {
  fake::Host host{.release = release};
  host.cpus = 80;
  return host;
}

struct World {
  explicit World(fake::Release release) : kernel(host_of(release)) {
    for (const auto& controller : {"cpuset", "cpu", "io", "memory", "pids"})
      kernel.write_as_other(CgroupPath(), "cgroup.subtree_control", std::string("+") + controller);
    for (const auto& name : plan_names) cgroups.push_back(kernel.given(name));
  }
  FakeKernel kernel;
  std::vector<CgroupPath> cgroups;
};

// What the fake machine can hold of a random value: its own disks and its one memory node.
Value possible(const Limit& limit) {
  static const std::vector<Device> disks = {{.major = 8, .minor = 0}, {.major = 8, .minor = 16}};
  Value value = generate::value_of(limit);
  if (auto* const weights = std::get_if<DeviceWeights>(&value)) {
    weights->devices.clear();
    for (const auto& disk : disks) {
      if (*rc::gen::arbitrary<bool>()) weights->devices[disk] = *generate::number(1, 10'000);
    }
  }
  if (auto* const maxima = std::get_if<DeviceMaxima>(&value)) {
    std::map<Device, DeviceMax> known;
    for (const auto& [_, max] : maxima->devices) known[disks[known.size() % disks.size()]] = max;
    maxima->devices = known;
  }
  if (limit.file == "cpuset.mems") value = IdList{.ranges = *rc::gen::elementOf(std::vector<std::string>{"", "0"})};
  return value;
}

// A burst within the quota, and no weight beside idle: what a kernel can be in.
Values possible_values() {
  Values values;
  for (const auto& limit : all_limits()) values[&limit] = possible(limit);
  const Limit* const quota = find_limit("cpu.max");
  const Limit* const burst = find_limit("cpu.max.burst");
  if (const auto most = std::get<Bandwidth>(values[quota]).quota_us)
    values[burst] = Value(Amount(*generate::number(0, *most)));
  return values;
}

Values in_force(FakeKernel& kernel, const CgroupPath& cgroup) {
  Values values;
  for (const auto& limit : all_limits()) values[&limit] = read_limit(kernel, cgroup, limit).value();
  return values;
}

void put(FakeKernel& kernel, const CgroupPath& cgroup, const Values& values) {
  for (const auto* const file : {"cpu.max", "cpu.max.burst", "cpu.weight"}) {
    RC_ASSERT(kernel.write_as_other(cgroup, file, print_value(values.at(find_limit(file)))) == 0);
  }
  for (const auto& [limit, value] : values) {
    if (limit->controller == "cpu" && limit->file != "cpu.idle") continue;
    for (const auto& text : write_texts(*limit, unset_value(*limit), value))
      RC_ASSERT(kernel.write_as_other(cgroup, limit->file, text) == 0);
  }
}

std::vector<Target> random_targets(World& world) {
  std::vector<Target> targets;
  for (const auto& cgroup : world.cgroups) {
    put(world.kernel, cgroup, drawn(possible_values));
    Target target{
        .cgroup = cgroup, .in_force = in_force(world.kernel, cgroup), .wanted = {}, .in_use = {.memory_bytes = 0}};
    const Values wishes = drawn(possible_values);
    for (const auto& [limit, value] : wishes) {
      if (*rc::gen::noShrink(rc::gen::weightedElement<bool>({{2, true}, {3, false}}))) target.wanted[limit] = value;
    }
    if (*rc::gen::arbitrary<bool>()) targets.push_back(target);
  }
  return targets;
}

fake::Release any_release() {
  return *rc::gen::element(fake::Release::v6_1, fake::Release::v6_12);
}

// What the kernel itself moves: idle takes the weight's place, leaving idle gives the default one.
bool follows_idle(const Target& target, const Limit* limit) {
  return limit->role == Role::weight && target.wanted.contains(find_limit("cpu.idle"));
}

}  // namespace

RC_GTEST_PROP(AnyPlan, IsTakenByTheKernelStepByStepAndIsInForceAfterwards, ()) {
  World world(any_release());
  const auto targets = random_targets(world);
  const auto plan = make_plan(targets);
  if (!plan) {
    RC_ASSERT(plan.error().code == ErrorCode::out_of_range || plan.error().code == ErrorCode::busy);
    return;
  }
  const auto done = execute(world.kernel, *plan, {});
  if (!done) RC_FAIL(done.error().text());
  RC_ASSERT(done->size() == plan->size());
  for (const auto& target : targets) {
    const Values now = in_force(world.kernel, target.cgroup);
    const bool idle = now.at(find_limit("cpu.idle")) == Value(Amount(std::uint64_t{1}));
    for (const auto& [limit, value] : now) {
      const bool named = target.wanted.contains(limit);
      if (limit->role == Role::weight && idle) continue;
      if (named) RC_ASSERT(value == as_kernel_rounds(*limit, target.wanted.at(limit)));
      if (!named && !follows_idle(target, limit)) RC_ASSERT(value == target.in_force.at(limit));
    }
  }
}

RC_GTEST_PROP(AnyPlan, WritesEachFileOfACgroupOnceUnlessItIsPerDevice, ()) {
  World world(any_release());
  const auto plan = make_plan(random_targets(world));
  if (!plan) return;
  world.kernel.forget_accesses();
  RC_ASSERT(execute(world.kernel, *plan, {}).has_value());
  std::map<std::string, int> written;
  for (const auto& write : world.kernel.writes()) {
    if (!write.file.starts_with("io.")) RC_ASSERT(++written[write.cgroup + "/" + write.file] == 1);
  }
}

RC_GTEST_PROP(AnyPlan, LeavesTheOldStateWhenAnyWriteFails, ()) {
  World world(any_release());
  const auto targets = random_targets(world);
  const auto plan = make_plan(targets);
  RC_PRE(plan.has_value() && !plan->empty());
  std::map<CgroupPath, Values> before;
  for (const auto& cgroup : world.cgroups) before[cgroup] = in_force(world.kernel, cgroup);
  world.kernel.fail_write(*rc::gen::inRange<std::size_t>(1, plan->size() + 1), EIO);
  const auto done = execute(world.kernel, *plan, {});
  RC_ASSERT(!done.has_value());
  RC_ASSERT(done.error().message.find("could not be put back") == std::string::npos);
  for (const auto& cgroup : world.cgroups) {
    for (const auto& [limit, value] : in_force(world.kernel, cgroup)) {
      if (value != before[cgroup][limit])
        RC_FAIL(cgroup.str() + " " + std::string(limit->file) + ": " + print_value(before[cgroup][limit]) + " became " +
                print_value(value));
    }
  }
}

}  // namespace cgroupd
