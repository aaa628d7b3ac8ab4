// The three system calls of landlock(7); glibc has no wrappers for them.
#include "sandbox/landlock.h"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cgroupd {
namespace {

// As the kernel of today knows it: headers of older ones end after the first member, and a kernel that knows fewer
// members takes a longer structure when the rest is zero.
struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
};
constexpr std::uint64_t fs_truncate = std::uint64_t{1} << 14U;     // ABI 3, Linux 6.2
constexpr std::uint64_t net_connect_tcp = std::uint64_t{1} << 1U;  // ABI 4, Linux 6.7

constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t in_cgroups =
    reading | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR;
constexpr std::uint64_t writing = in_cgroups | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                  LANDLOCK_ACCESS_FS_MAKE_SOCK | fs_truncate;
constexpr std::uint64_t everything_of_abi_1 = (std::uint64_t{1} << 13U) - 1;

class Ruleset {
 public:
  explicit Ruleset(int fd) : fd_(fd) {}
  Ruleset(const Ruleset&) = delete;
  Ruleset& operator=(const Ruleset&) = delete;
  Ruleset(Ruleset&&) = delete;
  Ruleset& operator=(Ruleset&&) = delete;
  ~Ruleset() { ::close(fd_); }
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> failed(const std::string& what, int error) {
  const bool absent = error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
  return fail(absent ? ErrorCode::unsupported : ErrorCode::failed, what + ": " + std::generic_category().message(error),
              {}, error);
}

Result<void> allow(const Ruleset& ruleset, const std::vector<std::string>& directories, std::uint64_t access) {
  for (const auto& directory : directories) {
    const int fd = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES)) continue;
    if (fd < 0) return failed("cannot open " + directory, errno);
    const landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    const long done = ::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    const int error = errno;
    ::close(fd);
    if (done != 0) return failed("landlock_add_rule for " + directory, error);
  }
  return {};
}

}  // namespace

Result<void> lock_in(const SandboxPaths& paths) {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return failed("landlock_create_ruleset", errno);
  std::uint64_t handled = everything_of_abi_1;
  if (abi >= 2) handled |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) handled |= fs_truncate;
  const RulesetAttributes attributes = {.handled_access_fs = handled,
                                        .handled_access_net = abi >= 4 ? net_connect_tcp : 0};
  const long fd = ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
  if (fd < 0) return failed("landlock_create_ruleset", errno);
  const Ruleset ruleset(static_cast<int>(fd));
  auto ok = allow(ruleset, paths.readable, reading)
                .and_then([&] { return allow(ruleset, paths.cgroups, in_cgroups); })
                .and_then([&] { return allow(ruleset, paths.writable, writing & handled); });
  if (!ok) return ok;
  // Without CAP_SYS_ADMIN only a thread that can gain nothing by execve() may restrict itself.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS", errno);
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return failed("landlock_restrict_self", errno);
  return {};
}

}  // namespace cgroupd
