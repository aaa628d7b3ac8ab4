// FakeKernel's test side: what other people and processes do, what shall fail, what was seen.
#include <algorithm>
#include <cassert>

#include "support/fake_kernel.h"

namespace cgroupd {

CgroupPath FakeKernel::given(std::string_view path) {
  const std::lock_guard lock(mutex_);
  const auto cgroup = CgroupPath::parse(path).value();
  auto levels = cgroup.ancestors();
  levels.push_back(cgroup);
  const auto seen = accesses_;
  for (const auto& level : levels) {
    if (find(level) == nullptr && !make(level)) std::abort();
    if (level == cgroup) break;
    for (const auto& controller : fake::controllers_of(machine_, *find(level))) {
      write_as_other(level, "cgroup.subtree_control", "+" + controller);
    }
  }
  accesses_ = seen;
  return cgroup;
}

int FakeKernel::write_as_other(const CgroupPath& cgroup, std::string_view file, std::string_view value) {
  const std::lock_guard lock(mutex_);
  return write_file(find(cgroup), file, value, false);
}

int FakeKernel::write_above(unsigned levels, std::string_view file, std::string_view value) {
  const std::lock_guard lock(mutex_);
  return write_file(above(levels), file, value, false);
}

std::string FakeKernel::text_of(const CgroupPath& cgroup, std::string_view file) {
  const std::lock_guard lock(mutex_);
  std::string text = read_file(find(cgroup), file).value_or("");
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

bool FakeKernel::exists(const CgroupPath& cgroup) {
  const std::lock_guard lock(mutex_);
  return find(cgroup) != nullptr;
}

std::optional<std::uint64_t> FakeKernel::start(const CgroupPath& cgroup, std::string_view name) {
  const std::lock_guard lock(mutex_);
  return fake::fork_in(machine_, *find(cgroup), name);
}

void FakeKernel::end(std::uint64_t pid) {
  const std::lock_guard lock(mutex_);
  fake::for_each_beneath(*machine_.hierarchy, [&](fake::Cgroup& cgroup) {
    std::erase_if(cgroup.processes, [&](const fake::Process& process) { return process.pid == pid; });
  });
}

bool FakeKernel::is_alive(std::uint64_t pid) {
  const std::lock_guard lock(mutex_);
  bool alive = false;
  fake::for_each_beneath(*machine_.hierarchy, [&](const fake::Cgroup& cgroup) {
    alive = alive || std::ranges::count(cgroup.processes, pid, &fake::Process::pid) != 0;
  });
  return alive;
}

void FakeKernel::use_memory(const CgroupPath& cgroup, std::uint64_t bytes, std::uint64_t reclaimable) {
  const std::lock_guard lock(mutex_);
  assert(reclaimable <= bytes);
  fake::Cgroup& at = *find(cgroup);
  at.page_cache = reclaimable;
  at.left_behind = at.processes.empty() ? bytes - reclaimable : 0;
  for (auto& process : at.processes) process.memory = 0;
  if (!at.processes.empty()) at.processes.front().memory = bytes - reclaimable;
  fake::charge(machine_, at);
}

void FakeKernel::count_cpu(const CgroupPath& cgroup, std::string_view key, std::uint64_t more) {
  const std::lock_guard lock(mutex_);
  for (fake::Cgroup* level = find(cgroup); level != nullptr; level = level->parent)
    level->cpu_stat[std::string(key)] += more;
}

void FakeKernel::fail_next(const CgroupPath& cgroup, std::string_view file, int error) {
  const std::lock_guard lock(mutex_);
  failures_.push_back({.op = Op::write, .cgroup = cgroup.str(), .file = std::string(file), .error = error});
}

void FakeKernel::fail_next_read(const CgroupPath& cgroup, std::string_view file, int error) {
  const std::lock_guard lock(mutex_);
  failures_.push_back({.op = Op::read, .cgroup = cgroup.str(), .file = std::string(file), .error = error});
}

void FakeKernel::fail_write(std::size_t nth, int error) {
  const std::lock_guard lock(mutex_);
  writes_until_failure_ = nth;
  nth_write_error_ = error;
}

void FakeKernel::overwrite_next(const CgroupPath& cgroup, std::string_view file, std::string_view value) {
  const std::lock_guard lock(mutex_);
  overwriting_ =
      KernelAccess{.op = Op::write, .cgroup = cgroup.str(), .file = std::string(file), .value = std::string(value)};
}

void FakeKernel::before_each_write(std::function<void(const KernelAccess&)> hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}

std::vector<KernelAccess> FakeKernel::accesses() const {
  const std::lock_guard lock(mutex_);
  return accesses_;
}

std::vector<KernelAccess> FakeKernel::writes() const {
  const std::lock_guard lock(mutex_);
  std::vector<KernelAccess> writes;
  std::ranges::copy_if(accesses_, std::back_inserter(writes),
                       [](const KernelAccess& access) { return access.op == Op::write; });
  return writes;
}

void FakeKernel::forget_accesses() {
  const std::lock_guard lock(mutex_);
  accesses_.clear();
}

}  // namespace cgroupd
