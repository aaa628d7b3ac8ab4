// What only real processes show: limits that bite, births in a cgroup, freezing, who is named when something is busy.
#include <cerrno>
#include <csignal>
#include <cstring>

#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroupfs/formats.h"
#include "cgroupfs/hierarchy.h"
#include "core/diagnosis.h"
#include "kernel/real_world.h"
#include "support/named.h"

namespace cgroupd::contract {
namespace {

// Touches memory until it is killed; an exit means it got all it wanted.
int use(std::size_t bytes) {
  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 2;
  std::memset(memory, 1, bytes);
  return 0;
}

int wait_for_ever() {
  while (true) ::pause();
}

class RealProcesses : public testing::Test {
 protected:
  void SetUp() override {
    top_ = CgroupPath::parse("processes-" + std::to_string(::getpid())).value();
    ASSERT_OK(kernel().make(top_));
    ASSERT_OK(kernel().write(top_, "cgroup.subtree_control", "+memory +pids +cpu"));
    web_ = make("web");
  }
  void TearDown() override {
    ASSERT_OK(kernel().write(top_, "cgroup.kill", "1"));
    EXPECT_TRUE(eventually([&] { return kernel().read(top_, "cgroup.events").value().starts_with("populated 0"); }));
    const auto children = kernel().children(top_);
    ASSERT_OK(children);
    for (const auto& child : *children) EXPECT_OK(kernel().remove(top_.child(child).value()));
    EXPECT_OK(kernel().remove(top_));
  }
  Kernel& kernel() { return world_.kernel(); }
  CgroupPath make(std::string_view name) {
    const auto cgroup = top_.child(name).value();
    EXPECT_OK(kernel().make(cgroup));
    return cgroup;
  }
  // What has somewhere to go is not killed.
  void forbid_swap(const CgroupPath& cgroup) {
    if (!kernel().read(cgroup, "memory.swap.max")) return;
    EXPECT_OK(kernel().write(cgroup, "memory.swap.max", "0"));
  }
  std::uint64_t number(const CgroupPath& cgroup, std::string_view file, std::string_view key) {
    return keyed_value(kernel().read(cgroup, file).value(), key).value_or(UINT64_MAX);
  }

  RealWorld world_{root_under_test()};
  CgroupPath top_, web_;
};

bool was_killed(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

}  // namespace

TEST_F(RealProcesses, AreKilledAboveTheirMemoryLimitWhileANeighbourLives) {
  const auto neighbour_cgroup = make("neighbour");
  const auto neighbour = world_.start_in(neighbour_cgroup, wait_for_ever);
  ASSERT_OK(kernel().write(web_, "memory.max", "16M"));
  forbid_swap(web_);
  const auto hog = world_.start_in(web_, [] { return use(64 * mebibyte); });
  EXPECT_TRUE(was_killed(world_.wait_for(hog)));
  EXPECT_TRUE(world_.is_alive(neighbour));
  EXPECT_EQ(number(web_, "memory.events", "oom_kill"), 1U);
  EXPECT_GE(number(web_, "memory.events.local", "oom"), 1U);
  EXPECT_GE(number(web_, "memory.events.local", "max"), 1U);
  EXPECT_EQ(number(neighbour_cgroup, "memory.events", "oom_kill"), 0U);
}

TEST_F(RealProcesses, AreCountedAsVictimsBelowTheLevelThatLimitsThem) {
  ASSERT_OK(kernel().write(top_, "memory.max", "16M"));
  forbid_swap(top_);
  const auto hog = world_.start_in(web_, [] { return use(64 * mebibyte); });
  EXPECT_TRUE(was_killed(world_.wait_for(hog)));
  EXPECT_GE(number(top_, "memory.events.local", "oom"), 1U);
  EXPECT_GE(number(top_, "memory.events.local", "max"), 1U);
  EXPECT_EQ(number(top_, "memory.events.local", "oom_kill"), 0U);
  EXPECT_EQ(number(web_, "memory.events.local", "oom_kill"), 1U);
  EXPECT_EQ(number(web_, "memory.events.local", "oom"), 0U);
  EXPECT_EQ(number(top_, "memory.events", "oom_kill"), 1U);
}

TEST_F(RealProcesses, AreKilledWhenTheLimitIsLoweredBelowTheirUse) {
  forbid_swap(web_);
  const auto hog = world_.start_in(web_, [] {
    use(48 * mebibyte);
    return wait_for_ever();
  });
  ASSERT_TRUE(eventually([&] { return std::stoull(kernel().read(web_, "memory.current").value()) > 48 * mebibyte; }));
  EXPECT_EQ(kernel().write(web_, "memory.high", "24M").value(), "25165824\n");
  EXPECT_TRUE(world_.is_alive(hog));
  ASSERT_OK(kernel().write(web_, "memory.high", "max"));
  EXPECT_EQ(kernel().write(web_, "memory.max", "16M").value(), "16777216\n");
  EXPECT_TRUE(was_killed(world_.wait_for(hog)));
}

TEST_F(RealProcesses, CannotForkBeyondTheirPidsLimit) {
  ASSERT_OK(kernel().write(web_, "pids.max", "1"));
  const auto child = world_.start_in(web_, [] {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    return pid < 0 && errno == EAGAIN ? 42 : 1;
  });
  const int status = world_.wait_for(child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42) << status;
  EXPECT_EQ(number(web_, "pids.events", "max"), 1U);
}

// 6.1 counts where the fork was refused, 6.12 at the level that refused it.
TEST_F(RealProcesses, AreCountedAtTheirOwnOrAtTheLimitingLevelWhenAForkIsRefused) {
  ASSERT_OK(kernel().write(top_, "pids.max", "1"));
  const auto child = world_.start_in(web_, [] { return ::fork() < 0 ? 42 : 1; });
  world_.wait_for(child);
  const bool is_6_12 = kernel().read(web_, "pids.events.local").has_value();
  EXPECT_EQ(number(top_, "pids.events", "max"), is_6_12 ? 1U : 0U);
  EXPECT_EQ(number(web_, "pids.events", "max"), is_6_12 ? 0U : 1U);
}

TEST_F(RealProcesses, AreBornInTheCgroupWhoseDirectoryIsGiven) {
  const auto directory = kernel().open_directory(web_);
  ASSERT_OK(directory);
  clone_args args{};
  args.flags = CLONE_INTO_CGROUP;
  args.exit_signal = SIGCHLD;
  args.cgroup = static_cast<__u64>(directory->get());
  const long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) ::pause();
  }
  ASSERT_GT(pid, 0);
  EXPECT_EQ(kernel().read(web_, "cgroup.procs").value(), std::to_string(pid) + "\n");
  ASSERT_EQ(::kill(static_cast<pid_t>(pid), SIGKILL), 0);
  ASSERT_EQ(::waitpid(static_cast<pid_t>(pid), nullptr, 0), pid);
}

TEST_F(RealProcesses, AreNamedWhenACgroupCannotBeRemoved) {
  const auto pid = world_.start_in(web_, wait_for_ever);
  const auto refused = kernel().remove(web_);
  ASSERT_TRUE(failed_with(refused, ErrorCode::busy));
  const Error error = diagnose(kernel(), web_, "", refused.error());
  EXPECT_NE(error.message.find(std::to_string(pid) + " (kernel_tests)"), std::string::npos) << error.text();
}

TEST_F(RealProcesses, AreNamedWhenADomainControllerIsRefused) {
  const auto pid = world_.start_in(web_, wait_for_ever);
  const auto refused = kernel().write(web_, "cgroup.subtree_control", "+memory");
  ASSERT_TRUE(failed_with(refused, ErrorCode::busy));
  const Error error = diagnose(kernel(), web_, "cgroup.subtree_control", refused.error());
  EXPECT_NE(error.message.find(std::to_string(pid) + " (kernel_tests)"), std::string::npos) << error.text();
}

// Zombies hold no cgroup (cgroup-v2.rst, "Processes").
TEST_F(RealProcesses, LeaveTheirCgroupEmptyWhenTheyAreZombies) {
  const auto pid = world_.start_in(web_, [] { return 0; });
  ASSERT_TRUE(eventually([&] { return !world_.is_alive(pid); }));
  EXPECT_TRUE(eventually([&] { return number(web_, "cgroup.events", "populated") == 0; }));
  EXPECT_OK(kernel().remove(web_));
  ASSERT_OK(kernel().make(web_));
}

TEST_F(RealProcesses, CannotBeTakenFromTheRestOfTheMachine) {
  // In a container the first process is our own, and of the rest of the machine not even the numbers are seen.
  if (uid_of_file("/proc/1") == ::geteuid()) {
    const auto first = cgroup_of_process("1");
    ASSERT_OK(first);
    EXPECT_FALSE(is_outside_namespace(*first)) << *first;
    return;
  }
  const auto refused = kernel().write(web_, "cgroup.procs", "1");
  EXPECT_TRUE(failed_with(refused, ErrorCode::not_authorized));
}

}  // namespace cgroupd::contract
