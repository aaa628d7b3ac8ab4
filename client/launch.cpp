// clone3, exec, signals and wait.
#include "client/launch.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <string_view>

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroupfs/formats.h"
#include "client/exit_status.h"
#include "client/files.h"

namespace cgroupd::client {
namespace {

// Passed on to the command. SIGTSTP and its kin stay as they are: a terminal stops both of us, as a shell expects.
constexpr std::array passed_on = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT};

// Blocks what is passed on, so that sigwaitinfo() gets it; the old mask comes back at the end.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigemptyset(&set_);
    for (const int number : passed_on) sigaddset(&set_, number);
    sigaddset(&set_, SIGCHLD);
    // An inherited SIG_IGN would reap the command behind our back.
    static_cast<void>(std::signal(SIGCHLD, SIG_DFL));
    block();
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  BlockedSignals(BlockedSignals&&) = delete;
  BlockedSignals& operator=(BlockedSignals&&) = delete;
  ~BlockedSignals() { restore(); }

  void block() { sigprocmask(SIG_BLOCK, &set_, &before_); }
  void restore() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  const sigset_t& set() const { return set_; }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::failed, std::string("pipe: ") + std::strerror(errno), {}, errno);
  }
  return Pipe{.read_end = Descriptor(ends[0]), .write_end = Descriptor(ends[1])};
}

// One integer through a pipe; nothing when the other end was closed without a word.
std::optional<int> receive(const Descriptor& from) {
  int number = 0;
  ssize_t length = 0;
  do {
    length = ::read(from.get(), &number, sizeof number);
  } while (length < 0 && errno == EINTR);
  return length == static_cast<ssize_t>(sizeof number) ? std::optional(number) : std::nullopt;
}

bool send(const Descriptor& to, int number) {
  return ::write(to.get(), &number, sizeof number) == static_cast<ssize_t>(sizeof number);
}

int status_of_failed_exec(int error) {
  return error == ENOENT ? exit_not_found : exit_not_executable;
}

constexpr int begins = 0;  // no errno

// In the child; nothing here may allocate.
[[noreturn]] void execute(const std::vector<char*>& argv, const BlockedSignals& signals, const Descriptor& report) {
  send(report, begins);
  signals.restore();
  ::execvp(argv.front(), argv.data());
  const int error = errno;
  send(report, error);
  ::_exit(status_of_failed_exec(error));
}

// As fork(), with the child in the cgroup. The process id is safe without a pidfd: nobody but us can reap our child.
pid_t fork_into(const Descriptor& directory) {
  clone_args arguments{};
  arguments.flags = CLONE_INTO_CGROUP;
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<__u64>(directory.get());
  return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof arguments));
}

// EACCES: the common ancestor is not ours. The others: Linux before 5.7, or a seccomp filter without clone3.
bool may_be_placed_otherwise(int error) {
  return error == EACCES || error == EPERM || error == ENOSYS || error == EINVAL || error == E2BIG;
}

Error explain(const CgroupPath& cgroup, int error) {
  const std::string& name = cgroup.str();
  switch (error) {
    case EBUSY:
      return {.code = ErrorCode::busy,
              .message = name + " hands controllers down to its children, so the kernel lets no process into " + name +
                         " itself",
              .hint = "run it in a child: cgctl run " + name + "/main",
              .errno_value = error};
    case EOPNOTSUPP:
      return {.code = ErrorCode::busy,
              .message = name + " is a threaded or invalid cgroup (cgroup.type), which takes no whole process",
              .hint = "choose a cgroup outside that subtree",
              .errno_value = error};
    case EAGAIN:
      return {.code = ErrorCode::limit_exceeded,
              .message = name + " or a cgroup above it has reached pids.max",
              .hint = "raise it: cgctl set " + name + " --pids-limit N",
              .errno_value = error};
    case ENODEV:
    case ENOENT:
      return {.code = ErrorCode::not_found,
              .message = name + " was removed in the meantime",
              .hint = {},
              .errno_value = error};
    default:
      return {.code = ErrorCode::failed,
              .message = "cannot start a process in " + name + ": clone3: " + std::strerror(error),
              .hint = {},
              .errno_value = error};
  }
}

// A child that waits until `place` has moved it and its place is certain.
Result<pid_t> fork_and_place(const std::vector<char*>& argv, const Placer& place, BlockedSignals& signals,
                             const Descriptor& report) {
  auto go = make_pipe();
  if (!go) return fail(std::move(go.error()));
  const pid_t child = ::fork();
  if (child < 0) return fail(ErrorCode::failed, std::string("fork: ") + std::strerror(errno), {}, errno);
  if (child == 0) {
    go->write_end.reset();
    // Closed without a word: we were given up.
    if (!receive(go->read_end)) ::_exit(exit_not_executable);
    execute(argv, signals, report);
  }
  go->read_end.reset();
  // The daemon may take its time; ctrl-C ends us meanwhile, and the child with us.
  signals.restore();
  const auto placed = place(child);
  signals.block();
  const bool told = placed && send(go->write_end, 1);
  if (told) return child;
  go->write_end.reset();
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (!placed) return fail(placed.error());
  return fail(ErrorCode::failed, "the process ended before the command could start");
}

Ended ended_with(int status) {
  if (WIFSIGNALED(status)) {
    return {.exit_status = exit_signalled + WTERMSIG(status), .killed = WTERMSIG(status) == SIGKILL, .not_started = {}};
  }
  return {.exit_status = WEXITSTATUS(status), .not_started = {}};
}

// A signal from the terminal reached the command already: it is in our process group.
bool was_sent_to_us_alone(const siginfo_t& info) {
  return info.si_code <= 0;
}

Ended wait_for(pid_t child, const BlockedSignals& signals) {
  while (true) {
    int status = 0;
    const pid_t done = ::waitpid(child, &status, WNOHANG);
    if (done == child) return ended_with(status);
    if (done < 0 && errno != EINTR) return {.exit_status = exit_refused, .not_started = "the command was lost"};
    siginfo_t info{};
    const int number = ::sigwaitinfo(&signals.set(), &info);
    if (number > 0 && number != SIGCHLD && was_sent_to_us_alone(info)) ::kill(child, number);
  }
}

// Starts the process, which tells the report when it begins and why it could not.
using Start = std::function<Result<pid_t>(const Descriptor& report)>;

Result<Ended> stand_in(const Start& start, const BlockedSignals& signals, std::string_view command) {
  auto report = make_pipe();
  if (!report) return fail(std::move(report.error()));
  const auto child = start(report->write_end);
  if (!child) return fail(child.error());
  report->write_end.reset();
  Ended ended = wait_for(*child, signals);
  // Read only now: in a frozen cgroup the command is executed when it is thawed, and ctrl-Z must work meanwhile.
  ended.began = receive(report->read_end) == begins;
  if (const auto error = receive(report->read_end)) {
    ended.not_started = std::string(command.empty() ? "''" : command) + ": " +
                        (*error == ENOENT ? "command not found" : std::strerror(*error));
  }
  return ended;
}

// A kernel that kills what is born there does so at once; in a frozen cgroup somebody may have waited, and killed it.
bool was_killed_at_birth(const Ended& ended, const Descriptor& directory) {
  return ended.killed && !ended.began && keyed_value(text_in(directory, "cgroup.events"), "frozen") != 1;
}

}  // namespace

Result<Ended> launch(const std::vector<std::string>& command, const CgroupPath& cgroup, const Descriptor& directory,
                     const Placer& place) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  BlockedSignals signals;
  const Start in_the_cgroup = [&](const Descriptor& report) -> Result<pid_t> {
    const pid_t child = fork_into(directory);
    if (child == 0) execute(argv, signals, report);
    if (child < 0) return fail(explain(cgroup, errno));
    return child;
  };
  auto born = stand_in(in_the_cgroup, signals, command.front());
  const bool is_done =
      born ? !was_killed_at_birth(*born, directory) : !may_be_placed_otherwise(born.error().errno_value);
  if (is_done) return born;
  const Start elsewhere = [&](const Descriptor& report) { return fork_and_place(argv, place, signals, report); };
  return stand_in(elsewhere, signals, command.front());
}

}  // namespace cgroupd::client
