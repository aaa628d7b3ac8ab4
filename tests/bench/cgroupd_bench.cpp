// What a call costs, in one run on one machine, as ratios against a bare Ping of the same process.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/calls.h"
#include "bench/lasting.h"

namespace cgroupd::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Dictionary = std::map<std::string, sdbus::Variant>;

constexpr const char* daemon_name = "org.cgroupd1";
constexpr const char* daemon_path = "/org/cgroupd1";
constexpr const char* daemon_interface = "org.cgroupd1.Manager";
constexpr const char* empty_name = "org.cgroupd1.Bench";
constexpr const char* bare_name = "org.cgroupd1.Bare";
constexpr const char* systemd_name = "org.freedesktop.systemd1";
constexpr const char* systemd_path = "/org/freedesktop/systemd1";
constexpr const char* systemd_interface = "org.freedesktop.systemd1.Manager";
constexpr const char* scope_name = "cgroupd-bench.scope";
constexpr const char* cgroup_name = "bench";
constexpr const char* bare_cgroup_name = "bench-bare";

// A process of ours that ends with us.
class Child {
 public:
  template <typename Work>
  explicit Child(Work work) : pid_(::fork()) {
    if (pid_ != 0) return;
    work();
    ::_exit(0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

// A server that does nothing with the same arguments: what bus, signature and library cost without any of our work.
void serve_empty_method() {
  const auto connection = sdbus::createSessionBusConnection(empty_name);
  const auto object = sdbus::createObject(*connection, daemon_path);
  object->registerMethod("SetLimits")
      .onInterface(daemon_interface)
      .implementedAs([](const std::string&, const Dictionary&, const Dictionary&) { return Dictionary{}; });
  object->finishRegistration();
  connection->enterEventLoop();
}

// The least that a server has to do: it decodes, writes, reads back and answers. No check, no plan, nothing kept.
class BareServer {
 public:
  explicit BareServer(std::string cgroup) : cgroup_(std::move(cgroup)) {}

  void serve() {
    const auto connection = sdbus::createSessionBusConnection(bare_name);
    const auto object = sdbus::createObject(*connection, daemon_path);
    object->registerMethod("SetLimits")
        .onInterface(daemon_interface)
        .implementedAs([this](const std::string&, const Dictionary& limits, const Dictionary&) { return set(limits); });
    object->finishRegistration();
    connection->enterEventLoop();
  }

 private:
  using Pair = sdbus::Struct<std::uint64_t, std::uint64_t>;

  Dictionary set(const Dictionary& limits) {
    Dictionary in_force;
    for (const auto& [file, value] : limits) {
      const bool is_pair = value.peekValueType() == "(tt)";
      const auto pair = is_pair ? value.get<Pair>() : Pair(value.get<std::uint64_t>(), 0);
      const std::string text =
          std::to_string(std::get<0>(pair)) + (is_pair ? " " + std::to_string(std::get<1>(pair)) : "");
      const int fd = open_file(file);
      check(static_cast<int>(::pwrite(fd, text.data(), text.size(), 0)), "write");
      std::array<char, 64> now{};
      check(static_cast<int>(::pread(fd, now.data(), now.size() - 1, 0)), "read back");
      char* rest = nullptr;
      const std::uint64_t first = std::strtoull(now.data(), &rest, 10);
      in_force.emplace(file,
                       is_pair ? sdbus::Variant(Pair(first, std::strtoull(rest, nullptr, 10))) : sdbus::Variant(first));
    }
    return in_force;
  }

  int open_file(const std::string& file) {
    const auto [at, is_new] = files_.try_emplace(file, -1);
    if (is_new) at->second = check(::open((cgroup_ + "/" + file).c_str(), O_RDWR | O_CLOEXEC), file.c_str());
    return at->second;
  }

  std::string cgroup_;
  std::map<std::string, int> files_;
};

// A cgroup that the daemon knows nothing of.
class BareCgroup {
 public:
  explicit BareCgroup(std::string path) : path_(std::move(path)) { check(::mkdir(path_.c_str(), 0755), path_.c_str()); }
  BareCgroup(const BareCgroup&) = delete;
  BareCgroup& operator=(const BareCgroup&) = delete;
  BareCgroup(BareCgroup&&) = delete;
  BareCgroup& operator=(BareCgroup&&) = delete;
  ~BareCgroup() { ::rmdir(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Message ping(sd_bus* bus, const char* destination) {
  return new_call(bus, destination, "/", "org.freedesktop.DBus.Peer", "Ping");
}

// Values change with every call, so that each is really written.
void append_limits(sd_bus_message* m, std::uint64_t n, int limits) {
  check(sd_bus_message_open_container(m, 'a', "{sv}"), "limits");
  check(sd_bus_message_append(m, "{sv}", "memory.max", "t", (64 + n % 2) * mib), "memory.max");
  if (limits > 1) {
    check(sd_bus_message_append(m, "{sv}", "pids.max", "t", 100 + n % 2), "pids.max");
    check(sd_bus_message_append(m, "{sv}", "cpu.max", "(tt)", 50'000 + n % 2 * 1'000, std::uint64_t{100'000}),
          "cpu.max");
  }
  check(sd_bus_message_close_container(m), "limits");
}

Message set_limits(sd_bus* bus, const char* destination, std::uint64_t n, int limits) {
  auto message = new_call(bus, destination, daemon_path, daemon_interface, "SetLimits");
  check(sd_bus_message_append(message.get(), "s", cgroup_name), "name");
  append_limits(message.get(), n, limits);
  // Of this boot only, as systemd's below: what recording costs stands in a table of its own.
  check(sd_bus_message_append(message.get(), "a{sv}", 1, "runtime", "b", 1), "options");
  return message;
}

Message set_unit_properties(sd_bus* bus, std::uint64_t n, int limits) {
  auto message = new_call(bus, systemd_name, systemd_path, systemd_interface, "SetUnitProperties");
  sd_bus_message* const m = message.get();
  check(sd_bus_message_append(m, "sb", scope_name, 1), "unit");
  check(sd_bus_message_open_container(m, 'a', "(sv)"), "properties");
  check(sd_bus_message_append(m, "(sv)", "MemoryMax", "t", (64 + n % 2) * mib), "MemoryMax");
  if (limits > 1) {
    check(sd_bus_message_append(m, "(sv)", "TasksMax", "t", 100 + n % 2), "TasksMax");
    check(sd_bus_message_append(m, "(sv)", "CPUQuotaPerSecUSec", "t", 500'000 + n % 2 * 10'000), "CPUQuota");
  }
  check(sd_bus_message_close_container(m), "properties");
  return message;
}

void simple_call(sd_bus* bus, const char* member, const char* types, const char* name) {
  const auto message = new_call(bus, daemon_name, daemon_path, daemon_interface, member);
  check(sd_bus_message_append(message.get(), types, name, 0, 0), member);
  call(bus, message);
}

void start_scope(sd_bus* bus, pid_t member) {
  const auto message = new_call(bus, systemd_name, systemd_path, systemd_interface, "StartTransientUnit");
  check(sd_bus_message_append(message.get(), "ssa(sv)a(sa(sv))", scope_name, "replace", 1, "PIDs", "au", 1,
                              static_cast<std::uint32_t>(member), 0),
        "StartTransientUnit");
  call(bus, message);
}

void wait_for_name(sd_bus* bus, const char* name) {
  for (const auto deadline = Clock::now() + std::chrono::seconds(10); Clock::now() < deadline;) {
    if (sd_bus_get_name_creds(bus, name, 0, nullptr) >= 0) return;
    ::usleep(10'000);
  }
  throw std::runtime_error(std::string(name) + " did not appear on the bus");
}

bool has_systemd(sd_bus* bus) {
  try {
    call(bus, ping(bus, systemd_name));
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// In rounds, so that whatever else the machine does hits all alike.
void measure(sd_bus* bus, std::vector<Contestant>& contestants, int rounds, int calls) {
  std::uint64_t n = 0;
  for (int round = 0; round <= rounds; ++round) {
    for (auto& contestant : contestants) {
      for (int i = 0; i < calls; ++i) {
        const auto message = contestant.make(++n);
        const auto begin = Clock::now();
        call(bus, message);
        const std::chrono::duration<double, std::micro> took = Clock::now() - begin;
        if (round > 0) contestant.micros.push_back(took.count());  // the first round warms up
      }
    }
  }
}

void print(const std::vector<Contestant>& contestants) {
  double ping_p50 = 1;
  std::printf("%-46s %10s %10s %9s\n", "call", "p50 us", "p99 us", "x Ping");
  for (const auto& contestant : contestants) {
    const double p50 = quantile(contestant.micros, 0.5);
    if (contestant.name.ends_with("Ping")) ping_p50 = p50;
    std::printf("%-46s %10.1f %10.1f %9.2f\n", contestant.name.c_str(), p50, quantile(contestant.micros, 0.99),
                p50 / ping_p50);
  }
}

void print_rss(sd_bus* bus) {
  sd_bus_creds* creds = nullptr;
  check(sd_bus_get_name_creds(bus, daemon_name, SD_BUS_CREDS_PID, &creds), "the daemon's process id");
  pid_t pid = 0;
  sd_bus_creds_get_pid(creds, &pid);
  sd_bus_creds_unref(creds);
  // The kernel's counters behind VmRSS, which ps shows, lag behind by up to 64 pages a thread or processor; the rollup
  // counts.
  for (const char* const file : {"status", "smaps_rollup"}) {
    std::ifstream facts("/proc/" + std::to_string(pid) + "/" + file);
    for (std::string line; std::getline(facts, line);) {
      if (line.starts_with("VmRSS") || line.starts_with("RssAnon") || line.starts_with("Threads") ||
          line.starts_with("Rss:"))
        std::printf("daemon %s\n", line.c_str());
    }
  }
}

int run(int rounds, int calls) {
  const Child empty(serve_empty_method);
  const Child sleeper([] { ::pause(); });
  const Bus bus = open_bus();
  sd_bus* const b = bus.get();
  wait_for_name(b, empty_name);
  call(b, ping(b, daemon_name));  // starts the daemon when it is not running
  print_rss(b);
  simple_call(b, "Create", "sa{sv}a{sv}", cgroup_name);
  const BareCgroup bare_cgroup(delegated_root(b) + "/" + bare_cgroup_name);
  const Child bare([&] { BareServer(bare_cgroup.path()).serve(); });
  wait_for_name(b, bare_name);

  std::vector<Contestant> ours = {
      {"cgroupd: Ping", [b](auto) { return ping(b, daemon_name); }},
      {"empty method, same signature, one limit", [b](auto n) { return set_limits(b, empty_name, n, 1); }},
      {"empty method, same signature, three limits", [b](auto n) { return set_limits(b, empty_name, n, 3); }},
      {"bare write and read back, one limit", [b](auto n) { return set_limits(b, bare_name, n, 1); }},
      {"bare write and read back, three limits", [b](auto n) { return set_limits(b, bare_name, n, 3); }},
      {"cgroupd: SetLimits, one limit", [b](auto n) { return set_limits(b, daemon_name, n, 1); }},
      {"cgroupd: SetLimits, three limits", [b](auto n) { return set_limits(b, daemon_name, n, 3); }}};
  std::vector<Contestant> systemds;
  if (has_systemd(b)) {
    start_scope(b, sleeper.pid());
    systemds = {{"systemd: Ping", [b](auto) { return ping(b, systemd_name); }},
                {"systemd: SetUnitProperties, one limit", [b](auto n) { return set_unit_properties(b, n, 1); }},
                {"systemd: SetUnitProperties, three limits", [b](auto n) { return set_unit_properties(b, n, 3); }}};
    call(b, set_unit_properties(b, 0, 3));
  }
  measure(b, ours, rounds, calls);
  measure(b, systemds, rounds, calls);
  print(ours);
  print(systemds);
  print_rss(b);
  simple_call(b, "Remove", "sa{sv}", cgroup_name);
  measure_lasting(b, rounds, !systemds.empty());
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace cgroupd::bench

int main(int argc, char** argv) {
  try {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 10;
    return cgroupd::bench::run(std::max(rounds, 1), 50);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cgroupd_bench: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
