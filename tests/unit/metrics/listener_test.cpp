// Opening listeners: free ports, taken ports, stale socket files.
#include "metrics/listener.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/results.h"
#include "unit/metrics/http_client.h"

namespace cgroupd {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

const ListenAddress any_free_port = {.host = "127.0.0.1", .port = 0, .is_ipv6 = false};

class AUnixListener : public testing::Test {
 protected:
  AUnixListener() {
    std::string pattern = testing::TempDir() + "cgroupd-socket-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    path_ = directory_ / "cgroupd" / "metrics.sock";
  }
  ~AUnixListener() override { std::filesystem::remove_all(directory_); }
  AUnixListener(const AUnixListener&) = delete;
  AUnixListener& operator=(const AUnixListener&) = delete;
  AUnixListener(AUnixListener&&) = delete;
  AUnixListener& operator=(AUnixListener&&) = delete;

  std::filesystem::path directory_;
  std::string path_;
};

TEST(ATcpListener, TellsThePortThatWasFree) {
  const Result<Listener> listener = Listener::tcp(any_free_port);
  ASSERT_OK(listener);
  EXPECT_THAT(listener->address(), MatchesRegex("http://127.0.0.1:[1-9][0-9]*"));
  EXPECT_TRUE(HttpClient(listener->address()).connected());
}

TEST(ATcpListener, TellsThatThePortIsTakenAndWhatToDo) {
  const Result<Listener> first = Listener::tcp(any_free_port);
  ASSERT_OK(first);
  const std::string port = first->address().substr(first->address().rfind(':') + 1);
  const Result<Listener> second = Listener::tcp(*parse_listen_address("127.0.0.1:" + port));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().message, "cannot listen on 127.0.0.1:" + port + ": Address already in use");
  EXPECT_THAT(second.error().hint, HasSubstr("listen = 127.0.0.1:0"));
}

TEST_F(AUnixListener, IsForItsOwnerAloneWhateverTheUmask) {
  const mode_t before = umask(0);
  const Result<Listener> listener = Listener::unix_socket(path_);
  umask(before);
  ASSERT_OK(listener);
  EXPECT_EQ(listener->address(), "unix:" + path_);
  struct stat status = {};
  ASSERT_EQ(lstat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  ASSERT_EQ(lstat((directory_ / "cgroupd").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);
}

TEST_F(AUnixListener, RemovesItsFileAtTheEnd) {
  { ASSERT_OK(Listener::unix_socket(path_)); }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(AUnixListener, LeavesAFileThatAnotherPutInItsPlace) {
  Result<Listener> old = Listener::unix_socket(path_);
  ASSERT_OK(old);
  std::filesystem::rename(path_, path_ + ".aside");
  const Result<Listener> current = Listener::unix_socket(path_);
  ASSERT_OK(current);
  old = fail(ErrorCode::failed, "gone");
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(AUnixListener, ReplacesAFileThatNobodyListensOn) {
  {
    Result<Listener> crashed = Listener::unix_socket(path_);
    ASSERT_OK(crashed);
    std::filesystem::create_hard_link(path_, path_ + ".kept");
  }
  std::filesystem::rename(path_ + ".kept", path_);
  EXPECT_OK(Listener::unix_socket(path_));
}

TEST_F(AUnixListener, LeavesASocketInUseAlone) {
  const Result<Listener> first = Listener::unix_socket(path_);
  ASSERT_OK(first);
  const Result<Listener> second = Listener::unix_socket(path_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().message, "cannot listen on " + path_ + ": somebody listens there already");
  EXPECT_TRUE(HttpClient(first->address()).connected());
}

TEST_F(AUnixListener, LeavesAFileThatIsNoSocketAlone) {
  std::filesystem::create_directories(directory_ / "cgroupd");
  std::ofstream(path_) << "mine";
  EXPECT_TRUE(failed_with(Listener::unix_socket(path_), ErrorCode::already_exists));
  EXPECT_EQ(std::filesystem::file_size(path_), 4U);
}

TEST_F(AUnixListener, NeedsADirectoryThatCanBeMade) {
  const Result<Listener> listener = Listener::unix_socket(directory_ / "no" / "such" / "metrics.sock");
  ASSERT_FALSE(listener.has_value());
  EXPECT_THAT(listener.error().message, HasSubstr("cannot make the directory"));
}

TEST(AListenerHandedOver, IsKnownByItsAddress) {
  Result<Listener> original = Listener::tcp(any_free_port);
  ASSERT_OK(original);
  const std::string address = original->address();
  const Result<Listener> adopted = Listener::adopt(FileDescriptor(original->release_fd()));
  ASSERT_OK(adopted);
  EXPECT_EQ(adopted->address(), address);
}

TEST(AListenerHandedOver, MustListen) {
  EXPECT_TRUE(failed_with(Listener::adopt(FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))),
                          ErrorCode::invalid_argument));
  EXPECT_FALSE(Listener::adopt(FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC))).has_value());
}

}  // namespace
}  // namespace cgroupd
