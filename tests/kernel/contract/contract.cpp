// The contract's fixture: a fresh cgroup for each test, and no trace of it afterwards.
#include "kernel/contract/contract.h"

#include <algorithm>

#include <unistd.h>

#include "cgroupfs/formats.h"

namespace cgroupd::contract {

void Contract::SetUp() {
  static int made = 0;
  world_ = GetParam().make();
  ASSERT_NE(world_, nullptr);
  top_ = make(CgroupPath(), "contract-" + std::to_string(::getpid()) + "-" + std::to_string(++made));
  const std::string controllers = text(top_, "cgroup.controllers");
  for (const auto controller : words(controllers)) {
    ASSERT_OK(write(top_, "cgroup.subtree_control", "+" + std::string(controller)));
  }
  web_ = make(top_, "web");
}

void Contract::TearDown() {
  if (world_) remove_tree(top_);
}

void Contract::remove_tree(const CgroupPath& cgroup) {
  // Threaded ones refuse cgroup.kill; their domain, further up, has killed them before.
  const bool killed = kernel().write(cgroup, "cgroup.kill", "1").has_value();
  EXPECT_TRUE(killed || text(cgroup, "cgroup.type") == "threaded") << cgroup.str();
  EXPECT_TRUE(becomes(cgroup, "cgroup.events", "populated", 0)) << cgroup.str();
  const auto children = kernel().children(cgroup);
  ASSERT_OK(children);
  for (const auto& child : *children) remove_tree(cgroup.child(child).value());
  EXPECT_OK(kernel().remove(cgroup));
}

CgroupPath Contract::make(const CgroupPath& parent, std::string_view name) {
  const auto cgroup = parent.child(name).value();
  EXPECT_OK(kernel().make(cgroup));
  return cgroup;
}

std::uint64_t Contract::start_in(const CgroupPath& cgroup) {
  const std::uint64_t pid = world().start();
  EXPECT_OK(write(cgroup, "cgroup.procs", std::to_string(pid)));
  return pid;
}

int Contract::write_error(const CgroupPath& cgroup, std::string_view file, std::string_view value) {
  const auto result = write(cgroup, file, value);
  return result ? 0 : result.error().errno_value;
}

int Contract::read_error(const CgroupPath& cgroup, std::string_view file) {
  const auto result = kernel().read(cgroup, file);
  return result ? 0 : result.error().errno_value;
}

std::string Contract::text(const CgroupPath& cgroup, std::string_view file) {
  auto result = kernel().read(cgroup, file);
  if (!result) return "(errno " + std::to_string(result.error().errno_value) + ")";
  if (result->ends_with('\n')) result->pop_back();
  return *result;
}

std::optional<std::uint64_t> Contract::number(const CgroupPath& cgroup, std::string_view file, std::string_view key) {
  return keyed_value(text(cgroup, file), key);
}

bool Contract::becomes(const CgroupPath& cgroup, std::string_view file, std::string_view key, std::uint64_t value) {
  return eventually([&] { return number(cgroup, file, key) == value; });
}

bool Contract::has(std::string_view controller) {
  const std::string controllers = text(web_, "cgroup.controllers");
  return std::ranges::count(words(controllers), controller) != 0;
}

}  // namespace cgroupd::contract
