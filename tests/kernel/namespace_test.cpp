// The borders of a cgroup namespace (mount option nsdelegate), and the sentences about them.
#include <cerrno>

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/diagnosis.h"
#include "kernel/real_world.h"

namespace cgroupd::contract {
namespace {

int writing(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int result = ::write(fd, text.data(), text.size()) < 0 ? errno : 0;
  ::close(fd);
  return result;
}

class ACgroupNamespace : public testing::Test {
 protected:
  void SetUp() override {
    top_ = CgroupPath::parse("namespace-" + std::to_string(::getpid())).value();
    inner_ = top_.child("inner").value();
    other_ = top_.child("other").value();
    ASSERT_OK(kernel().make(top_));
    ASSERT_OK(kernel().write(top_, "cgroup.subtree_control", "+memory"));
    ASSERT_OK(kernel().make(inner_));
    ASSERT_OK(kernel().make(other_));
  }
  void TearDown() override {
    for (const auto& cgroup : {inner_, other_, top_}) EXPECT_OK(kernel().remove(cgroup));
  }
  Kernel& kernel() { return world_.kernel(); }

  /// What `act` answers in a process whose cgroup namespace has its root at `inner_`.
  template <typename Act>
  int inside(Act act) {
    const auto child = world_.start_in(inner_, [act] {
      // A user namespace too, as rootless containers have: without one nobody but root may make the other.
      if (::unshare(CLONE_NEWUSER | CLONE_NEWCGROUP) != 0) return 200 + errno;
      return act();
    });
    const int status = world_.wait_for(child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  RealWorld world_{root_under_test()};
  CgroupPath top_, inner_, other_;
};

}  // namespace

TEST_F(ACgroupNamespace, KeepsTheLimitsOfItsRootFromThoseInside) {
  const std::string file = kernel().absolute_path(inner_) + "/memory.max";
  EXPECT_EQ(inside([file] { return writing(file, "100000000"); }), EPERM);
  EXPECT_EQ(kernel().read(inner_, "memory.max").value(), "max\n");
  const Error error = diagnose(kernel(), inner_, "memory.max",
                               {.code = ErrorCode::not_authorized, .message = {}, .errno_value = EPERM});
  EXPECT_NE(error.message.find("belongs to whoever made the namespace"), std::string::npos) << error.text();
}

TEST_F(ACgroupNamespace, LetsThoseInsideLimitWhatIsBelowItsRoot) {
  const std::string directory = kernel().absolute_path(inner_);
  EXPECT_EQ(inside([directory] {
              // Nobody may stand where controllers are handed down: into a leaf first.
              if (::mkdir((directory + "/leaf").c_str(), 0755) != 0) return errno;
              if (const int failed = writing(directory + "/leaf/cgroup.procs", "0")) return failed;
              if (const int failed = writing(directory + "/cgroup.subtree_control", "+memory")) return failed;
              return writing(directory + "/leaf/memory.max", "100000000");
            }),
            0);
  const auto leaf = inner_.child("leaf").value();
  EXPECT_EQ(kernel().read(leaf, "memory.max").value(), "99999744\n");
  EXPECT_OK(kernel().remove(leaf));
}

TEST_F(ACgroupNamespace, LetsNobodyOut) {
  const std::string file = kernel().absolute_path(other_) + "/cgroup.procs";
  EXPECT_EQ(inside([file] { return writing(file, "0"); }), ENOENT);
}

}  // namespace cgroupd::contract
