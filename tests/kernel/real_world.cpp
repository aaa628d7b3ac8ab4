// Finding a root to test in, and keeping real processes.
#include "kernel/real_world.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroupfs/formats.h"
#include "cgroupfs/hierarchy.h"

namespace cgroupd::contract {
namespace {

constexpr std::size_t kept_files = 8;
std::string claimed_root;

Result<void> hand_down_controllers(RealKernel& kernel) {
  const auto controllers = kernel.read(CgroupPath(), "cgroup.controllers");
  if (!controllers) return fail(controllers.error());
  for (const auto controller : words(*controllers)) {
    if (auto ok = kernel.write(CgroupPath(), "cgroup.subtree_control", "+" + std::string(controller)); !ok)
      return fail(ok.error());
  }
  return {};
}

// Everybody in the root, not only this process: a wrapper script may have come along.
Result<void> move_into_leaf(RealKernel& kernel) {
  const auto leaf = CgroupPath::parse("tests").value();
  if (auto ok = kernel.make(leaf); !ok && ok.error().code != ErrorCode::already_exists) return ok;
  const auto procs = kernel.read(CgroupPath(), "cgroup.procs");
  if (!procs) return fail(procs.error());
  for (const auto pid : process_ids(*procs)) {
    if (auto ok = kernel.write(leaf, "cgroup.procs", std::to_string(pid)); !ok && ok.error().errno_value != ESRCH)
      return fail(ok.error());
  }
  return {};
}

}  // namespace

Result<std::string> claim_root() {
  const char* const given = std::getenv("CGROUPD_ROOT");
  const auto root = given != nullptr ? Result<std::string>(given) : cgroup_of_process();
  if (!root) return root;
  auto kernel = RealKernel::open(*root, kept_files);
  if (!kernel) return fail(kernel.error());
  if (auto ok = check_delegated(*root); !ok) return fail(ok.error());
  if (given == nullptr) {
    if (auto ok = move_into_leaf(**kernel); !ok) return fail(ok.error());
  }
  if (auto ok = hand_down_controllers(**kernel); !ok) return fail(ok.error());
  claimed_root = *root;
  return root;
}

const std::string& root_under_test() {
  return claimed_root;
}

RealWorld::RealWorld(const std::string& root) : kernel_(RealKernel::open(root, kept_files).value()) {}

RealWorld::~RealWorld() {
  for (const pid_t pid : children_) ::kill(pid, SIGKILL);
  for (const pid_t pid : children_) ::waitpid(pid, nullptr, 0);
}

std::uint64_t RealWorld::start() {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) ::pause();
  }
  if (pid < 0) std::abort();
  children_.push_back(pid);
  return static_cast<std::uint64_t>(pid);
}

std::uint64_t RealWorld::start_in(const CgroupPath& cgroup, const std::function<int()>& work) {
  std::array<int, 2> gate{};
  if (::pipe2(gate.data(), O_CLOEXEC) != 0) std::abort();
  const FileDescriptor in_place(gate[1]);
  const FileDescriptor wait_here(gate[0]);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    char go = 0;
    if (::read(wait_here.get(), &go, 1) != 1) ::_exit(126);
    ::_exit(work());
  }
  if (pid < 0) std::abort();
  children_.push_back(pid);
  EXPECT_OK(kernel_->write(cgroup, "cgroup.procs", std::to_string(pid)));
  EXPECT_EQ(::write(in_place.get(), "!", 1), 1);
  return static_cast<std::uint64_t>(pid);
}

bool RealWorld::is_alive(std::uint64_t pid) {
  siginfo_t info{};
  const int result = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return result == 0 && info.si_pid == 0;
}

int RealWorld::wait_for(std::uint64_t pid) {
  int status = 0;
  const auto child = static_cast<pid_t>(pid);
  EXPECT_TRUE(eventually([&] { return ::waitpid(child, &status, WNOHANG) == child; }));
  std::erase(children_, child);
  return status;
}

void RealWorld::end(std::uint64_t pid) {
  const auto child = static_cast<pid_t>(pid);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  std::erase(children_, child);
}

std::optional<Device> RealWorld::disk() {
  // "major minor #blocks name", after two lines of heading.
  std::ifstream partitions("/proc/partitions");
  std::string line;
  std::getline(partitions, line);
  std::getline(partitions, line);
  Device device;
  if (!(partitions >> device.major >> device.minor)) return std::nullopt;
  return device;
}

}  // namespace cgroupd::contract
