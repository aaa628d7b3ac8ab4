// Landlock on the real kernel, each time in a child, because there is no way back.
#include "sandbox/landlock.h"

#include <cerrno>
#include <functional>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cgroupd {
namespace {

// errno of opening, 0 when it went well.
int opening(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  ::close(fd);
  return 0;
}

struct ALockedInProcess : testing::Test {
  ALockedInProcess() {
    char name[] = "/tmp/cgroupd-landlock-XXXXXX";
    directory = ::mkdtemp(name);
    for (const std::string sub : {"/state", "/read", "/other"}) ::mkdir((directory + sub).c_str(), 0700);
    for (const std::string file : {"/state/a", "/read/a", "/other/a"}) opening(directory + file, O_CREAT | O_WRONLY);
  }
  ~ALockedInProcess() override {
    for (const std::string file : {"/state/a", "/state/new", "/read/a", "/other/a", "/other/new"})
      ::unlink((directory + file).c_str());
    for (const std::string sub : {"/state", "/read", "/other", ""}) ::rmdir((directory + sub).c_str());
  }

  // What `act` answers in a child that is locked in.
  int inside(const std::function<int()>& act) const {
    constexpr int not_locked_in = 255;
    const pid_t child = ::fork();
    if (child == 0) {
      const auto ok = lock_in(
          {.readable = {directory + "/read", "/usr", "/nosuch"}, .cgroups = {}, .writable = {directory + "/state"}});
      ::_exit(ok ? act() : not_locked_in);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_NE(WEXITSTATUS(status), not_locked_in) << "this kernel has no Landlock?";
    return WEXITSTATUS(status);
  }

  std::string directory;
};

TEST_F(ALockedInProcess, WritesOnlyWhereItMay) {
  EXPECT_EQ(inside([&] { return opening(directory + "/state/a", O_RDWR); }), 0);
  EXPECT_EQ(inside([&] { return opening(directory + "/state/new", O_CREAT | O_EXCL | O_WRONLY); }), 0);
  EXPECT_EQ(inside([&] { return ::unlink((directory + "/state/new").c_str()) == 0 ? 0 : errno; }), 0);
  EXPECT_EQ(inside([&] { return opening(directory + "/read/a", O_WRONLY); }), EACCES);
  EXPECT_EQ(inside([&] { return opening(directory + "/other/a", O_WRONLY); }), EACCES);
  EXPECT_EQ(inside([&] { return opening(directory + "/other/new", O_CREAT | O_WRONLY); }), EACCES);
  EXPECT_EQ(inside([&] { return ::unlink((directory + "/other/a").c_str()) == 0 ? 0 : errno; }), EACCES);
}

TEST_F(ALockedInProcess, ReadsOnlyWhereItMay) {
  EXPECT_EQ(inside([&] { return opening(directory + "/read/a", O_RDONLY); }), 0);
  EXPECT_EQ(inside([&] { return opening(directory + "/other/a", O_RDONLY); }), EACCES);
  EXPECT_EQ(inside([] { return opening("/", O_RDONLY | O_DIRECTORY); }), EACCES);
}

TEST_F(ALockedInProcess, ExecutesNothing) {
  EXPECT_EQ(inside([] {
              ::execl("/usr/bin/true", "true", nullptr);
              return errno;
            }),
            EACCES);
}

TEST_F(ALockedInProcess, ConnectsNowhereOnKernelsThatKnow) {
  const int error = inside([] {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  });
  // Nobody listens there: before Linux 6.7 that is what the kernel says.
  EXPECT_TRUE(error == EACCES || error == ECONNREFUSED) << error;
}

}  // namespace
}  // namespace cgroupd
