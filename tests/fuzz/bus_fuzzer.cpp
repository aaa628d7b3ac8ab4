// Many hostile clients at once against a daemon that runs: it must not die, grow, or keep others waiting. See
// tests/fuzz/bus.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus/hostile_client.h"
#include "model/limits.h"

namespace {

using namespace std::chrono_literals;
using cgroupd::hostile::Tally;
using Clock = std::chrono::steady_clock;

std::uint64_t resident_kib(const std::string& pid) {
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  return 0;
}

// Of the whole process, so far.
double cpu_seconds(const std::string& pid) {
  std::ifstream stat("/proc/" + pid + "/stat");
  std::string word;
  constexpr int before_utime = 13;
  for (int i = 0; i < before_utime; ++i) stat >> word;
  double user = 0;
  double kernel = 0;
  stat >> user >> kernel;
  return (user + kernel) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

pid_t start_sleeper() {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (true) ::pause();
}

// Asks for half a page and then says nothing more; some are dropped, others kept.
void hold_metrics(const std::string& path, const std::atomic<bool>& over) {
  std::vector<int> open;
  constexpr std::size_t most = 100;
  while (!over) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      constexpr std::string_view half = "GET /metrics HTTP/1.1\r\nHost: ";
      [[maybe_unused]] const auto sent = ::send(fd, half.data(), half.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    if (fd >= 0) open.push_back(fd);
    if (open.size() >= most) {
      for (std::size_t i = 0; i < open.size(); i += 2) ::close(open[i]);
      std::vector<int> kept;
      for (std::size_t i = 1; i < open.size(); i += 2) kept.push_back(open[i]);
      open = std::move(kept);
    }
    std::this_thread::sleep_for(10ms);
  }
  for (const int fd : open) ::close(fd);
}

int failures = 0;
void check(bool ok, const char* what) {
  std::printf("%s %s\n", ok ? "ok" : "not ok", what);
  if (!ok) ++failures;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() < 4) {
    (void)std::fprintf(stderr, "usage: bus_fuzzer SECONDS DAEMON_PID METRICS_SOCKET [SEED [CLIENTS]]\n");
    return 2;
  }
  const auto duration = std::chrono::seconds(std::atoi(arguments[1]));
  const std::string pid = arguments[2];
  const std::string metrics = arguments[3];
  const std::uint64_t seed = arguments.size() > 4 ? std::strtoull(arguments[4], nullptr, 10) : 1;
  const std::size_t clients = arguments.size() > 5 ? std::strtoull(arguments[5], nullptr, 10) : 50;

  const auto bus = cgroupd::hostile::open_bus();
  if (!bus) return 2;
  const auto methods = cgroupd::hostile::methods_in(cgroupd::hostile::introspect(bus.get()));
  std::printf("# %zu methods, seed %" PRIu64 "\n", methods.size(), seed);
  check(methods.size() > 20, "the daemon says what it can do");

  const pid_t ended = start_sleeper();
  const int ended_fd = static_cast<int>(::syscall(SYS_pidfd_open, ended, 0));
  ::kill(ended, SIGKILL);
  ::waitpid(ended, nullptr, 0);
  std::vector<pid_t> sleepers;
  cgroupd::hostile::Ammunition ammunition{
      .names = {"a", "b", "c", "d", "a/x", "a/y", "b/x", "b/x/y", "e/f/g/h"},
      .pids = {0, 1, 2, 0x7fffffff, 0xffffffff, static_cast<std::uint32_t>(std::atoi(pid.c_str()))},
      .descriptors = {::open("/dev/null", O_RDONLY | O_CLOEXEC), ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
                      ended_fd},
      .limits = {}};
  for (const auto& limit : cgroupd::all_limits()) ammunition.limits.emplace_back(limit.file);
  for (int i = 0; i < 8; ++i) {
    sleepers.push_back(start_sleeper());
    ammunition.pids.push_back(static_cast<std::uint32_t>(sleepers.back()));
    ammunition.descriptors.push_back(static_cast<int>(::syscall(SYS_pidfd_open, sleepers.back(), 0)));
  }

  std::vector<std::uint64_t> idle;
  for (int i = 0; i < 300; ++i) idle.push_back(cgroupd::hostile::ping(bus.get(), 10'000'000).value_or(10'000'000));
  std::ranges::sort(idle);
  const std::uint64_t usual = idle.at(idle.size() / 2);

  std::atomic<bool> over = false;
  // No request may be larger. Towards the end they are, and are told apart: what those cost is mostly the way there,
  // socket by socket, which holds up everything behind them on any bus.
  std::atomic<std::size_t> longest = std::size_t{512} << 10U;
  constexpr std::size_t too_long = std::size_t{1} << 20U;
  std::vector<Tally> tallies(clients);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      // What is measured is the daemon, not fifty threads of ours that stand in line for two processors.
      ::setpriority(PRIO_PROCESS, 0, 19);
      cgroupd::hostile::Client client(methods, ammunition, seed * clients + i);
      while (!over) {
        const auto own = cgroupd::hostile::open_bus();
        for (int call = 0; own && call < 500 && !over; ++call) {
          client.say_at_most(longest);
          if (!client.call(own.get(), tallies[i])) break;
        }
        if (i % 10 == 0) client.flood(20, tallies[i]);
      }
    });
  }
  threads.emplace_back([&] { hold_metrics(metrics, over); });

  const double cpu_before = cpu_seconds(pid);
  std::vector<std::uint64_t> busy;
  std::vector<std::uint64_t> busy_later;
  std::vector<std::uint64_t> busy_bus;
  std::uint64_t early_kib = 0;
  const auto begin = Clock::now();
  constexpr std::uint64_t longest_ping = 60'000'000;
  while (Clock::now() - begin < duration) {
    if (Clock::now() - begin > duration * 3 / 4) longest = too_long;
    const auto took = cgroupd::hostile::ping(bus.get(), longest_ping).value_or(longest_ping);
    (longest < too_long ? busy : busy_later).push_back(took);
    busy_bus.push_back(cgroupd::hostile::ping_the_bus(bus.get(), longest_ping).value_or(longest_ping));
    if (early_kib == 0 && Clock::now() - begin > duration / 4) early_kib = resident_kib(pid);
    std::this_thread::sleep_for(20ms);
  }
  over = true;
  for (auto& thread : threads) thread.join();
  const std::uint64_t late_kib = resident_kib(pid);
  for (const pid_t sleeper : sleepers) ::kill(sleeper, SIGKILL);

  Tally all;
  for (const auto& tally : tallies) {
    all.calls += tally.calls;
    all.answers += tally.answers;
    all.errors += tally.errors;
    all.unanswered += tally.unanswered;
    for (const auto& [method, usec] : tally.slowest) all.slowest[method] = std::max(all.slowest[method], usec);
    for (const auto& bad : tally.bad) std::printf("# bad answer: %s\n", bad.c_str());
    all.bad.insert(all.bad.end(), tally.bad.begin(), tally.bad.end());
  }
  std::ranges::sort(busy);
  std::printf("# %" PRIu64 " calls: %" PRIu64 " done, %" PRIu64 " refused, %" PRIu64 " without an answer\n", all.calls,
              all.answers, all.errors, all.unanswered);
  for (const auto& [method, usec] : all.slowest) std::printf("# slowest %s: %" PRIu64 " us\n", method.c_str(), usec);
  std::printf("# ping: idle p50 %" PRIu64 ", p99 %" PRIu64 ", most %" PRIu64 " us; meanwhile p50 %" PRIu64
              ", p99 %" PRIu64 ", most %" PRIu64 " us (%zu pings)\n",
              usual, idle.at(idle.size() * 99 / 100), idle.back(), busy.at(busy.size() / 2),
              busy.at(busy.size() * 99 / 100), busy.back(), busy.size());
  std::ranges::sort(busy_later);
  std::printf("# among requests that are too large: p50 %" PRIu64 ", p99 %" PRIu64 ", most %" PRIu64
              " us (%zu pings)\n",
              busy_later.at(busy_later.size() / 2), busy_later.at(busy_later.size() * 99 / 100), busy_later.back(),
              busy_later.size());
  std::ranges::sort(busy_bus);
  std::printf("# of the bus itself: meanwhile p50 %" PRIu64 ", p99 %" PRIu64 ", most %" PRIu64 " us\n",
              busy_bus.at(busy_bus.size() / 2), busy_bus.at(busy_bus.size() * 99 / 100), busy_bus.back());
  std::printf("# the daemon used %.1f s of CPU time\n", cpu_seconds(pid) - cpu_before);
  std::printf("# resident: %" PRIu64 " KiB after a quarter of the time, %" PRIu64 " KiB at the end\n", early_kib,
              late_kib);
  constexpr std::uint64_t most_growth_kib = 32 * 1024;
  check(all.answers > 100 && all.errors > 100, "calls are done and refused");
  check(all.unanswered == 0, "every call is answered");
  check(all.bad.empty(), "every refusal has a name and a sentence");
  check(::kill(std::atoi(pid.c_str()), 0) == 0, "the daemon lives");
  check(late_kib > 0 && late_kib < early_kib + most_growth_kib, "it does not grow");
  check(busy.at(busy.size() / 2) <= 50 * usual, "half of the Pings are answered within 50 times the idle median");
  check(busy.at(busy.size() * 99 / 100) <= 50 * usual, "99 of 100 Pings are answered within 50 times the idle median");
  check(busy_later.at(busy_later.size() / 2) <= 50 * usual,
        "half of the Pings are, too, among requests that are too large");
  check(busy_later.at(busy_later.size() * 99 / 100) <= 50 * usual,
        "99 of 100 Pings are, too, among requests that are too large");
  return failures == 0 ? 0 : 1;
}
