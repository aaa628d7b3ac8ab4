#include "bench/lasting.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "bench/calls.h"

namespace cgroupd::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* name = "org.cgroupd1";
constexpr const char* path = "/org/cgroupd1";
constexpr const char* interface = "org.cgroupd1.Manager";

double micros_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

Message method(sd_bus* bus, const char* member) {
  return new_call(bus, name, path, interface, member);
}

Message set_memory(sd_bus* bus, const std::string& cgroup, std::uint64_t n, bool runtime) {
  auto message = method(bus, "SetLimits");
  check(sd_bus_message_append(message.get(), "sa{sv}a{sv}", cgroup.c_str(), 1, "memory.max", "t", (64 + n % 2) * mib, 1,
                              "runtime", "b", static_cast<int>(runtime)),
        "SetLimits");
  return message;
}

Message apply(sd_bus* bus, const std::vector<std::string>& cgroups, std::uint64_t n) {
  auto message = method(bus, "Apply");
  sd_bus_message* const m = message.get();
  check(sd_bus_message_open_container(m, 'a', "(sa{sv}a{sv})"), "cgroups");
  for (const auto& cgroup : cgroups) {
    check(sd_bus_message_append(m, "(sa{sv}a{sv})", cgroup.c_str(), 3, "memory.max", "t", (64 + n % 2) * mib,
                                "pids.max", "t", 100 + n % 2, "cpu.weight", "t", 100 + n % 2, 0),
          "cgroup");
  }
  check(sd_bus_message_close_container(m), "cgroups");
  check(sd_bus_message_append(m, "a{sv}", 0), "options");
  return message;
}

std::vector<std::string> names_of(const std::string& prefix, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(prefix + std::to_string(i));
  return names;
}

void remove_all(sd_bus* bus, const std::vector<std::string>& cgroups) {
  for (const auto& cgroup : cgroups) {
    const auto message = method(bus, "Remove");
    check(sd_bus_message_append(message.get(), "sa{sv}", cgroup.c_str(), 0), "Remove");
    call(bus, message);
  }
}

// All clients send, then all wait: what one call costs when so many ask at once.
double together(const std::vector<Bus>& clients, const std::function<Message(sd_bus*, std::size_t)>& make) {
  std::size_t answered = 0;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const auto message = make(clients[i].get(), i);
    const auto done = [](sd_bus_message* reply, void* count, sd_bus_error*) {
      if (sd_bus_message_is_method_error(reply, nullptr) != 0)
        std::fprintf(stderr, "%s\n", sd_bus_message_get_error(reply)->message);
      ++*static_cast<std::size_t*>(count);
      return 0;
    };
    check(sd_bus_call_async(clients[i].get(), nullptr, message.get(), done, &answered, 0), "send");
    sd_bus_flush(clients[i].get());
  }
  std::vector<pollfd> fds;
  for (const auto& client : clients) fds.push_back({.fd = sd_bus_get_fd(client.get()), .events = POLLIN, .revents = 0});
  while (answered < clients.size()) {
    ::poll(fds.data(), fds.size(), 1000);
    for (const auto& client : clients) {
      while (sd_bus_process(client.get(), nullptr) > 0) {
      }
    }
  }
  return micros_since(begin) / static_cast<double>(clients.size());
}

void row(const char* what, double p50, double p99, double ratio, const char* against) {
  std::printf("%-52s %10.1f %10.1f %8.2f x %s\n", what, p50, p99, ratio, against);
}

void measure_records(sd_bus* bus, int rounds) {
  constexpr int many = 64;
  constexpr int calls = 30;
  std::vector<Bus> clients;
  for (int i = 0; i < many; ++i) clients.push_back(open_bus());
  const auto cgroups = names_of("lasting", many);
  call(bus, apply(bus, cgroups, 0));
  struct Kind {
    const char* one;
    const char* all;
    std::function<Message(sd_bus*, std::size_t, std::uint64_t)> make;
    std::vector<double> alone = {}, crowded = {};
  };
  const auto ping = [](sd_bus* b, std::size_t, std::uint64_t) {
    return new_call(b, name, "/", "org.freedesktop.DBus.Peer", "Ping");
  };
  const auto set = [&](bool runtime) {
    return [&cgroups, runtime](sd_bus* b, std::size_t i, std::uint64_t n) {
      return set_memory(b, cgroups[i], n, runtime);
    };
  };
  std::array<Kind, 3> kinds = {
      Kind{"Ping, 1 client", "Ping, 64 clients (a call)", ping},
      Kind{"SetLimits runtime, 1 client", "SetLimits runtime, 64 clients (a call)", set(true)},
      Kind{"SetLimits durable, 1 client", "SetLimits durable, 64 clients (a call)", set(false)}};
  std::uint64_t n = 0;
  for (int round = 0; round <= rounds; ++round) {
    for (auto& kind : kinds) {
      ++n;
      std::vector<double> alone;
      for (int i = 0; i < calls; ++i) {
        const auto message = kind.make(bus, 0, ++n);
        const auto begin = Clock::now();
        call(bus, message);
        alone.push_back(micros_since(begin));
      }
      const double crowded = together(clients, [&](sd_bus* b, std::size_t i) { return kind.make(b, i, n); });
      if (round == 0) continue;
      kind.alone.insert(kind.alone.end(), alone.begin(), alone.end());
      kind.crowded.push_back(crowded);
    }
  }
  for (const auto& kind : kinds) {
    row(kind.one, quantile(kind.alone, 0.5), quantile(kind.alone, 0.99),
        quantile(kind.alone, 0.5) / quantile(kinds[0].alone, 0.5), "Ping, 1 client");
  }
  for (const auto& kind : kinds) {
    row(kind.all, quantile(kind.crowded, 0.5), quantile(kind.crowded, 0.99),
        quantile(kind.crowded, 0.5) / quantile(kinds[0].crowded, 0.5), "Ping, 64 clients");
  }
  remove_all(bus, cgroups);
}

void measure_apply(sd_bus* bus, int rounds) {
  const auto cgroups = names_of("lasting", 100);
  call(bus, apply(bus, cgroups, 0));
  std::vector<double> at_once;
  std::vector<double> singly;
  std::uint64_t n = 0;
  for (int round = 0; round < std::max(rounds / 4, 3); ++round) {
    ++n;
    const auto message = apply(bus, cgroups, n);
    auto begin = Clock::now();
    call(bus, message);
    at_once.push_back(micros_since(begin));
    ++n;
    begin = Clock::now();
    for (const auto& cgroup : cgroups) call(bus, apply(bus, {cgroup}, n));
    singly.push_back(micros_since(begin));
  }
  const double base = quantile(singly, 0.5);
  row("100 calls, one cgroup each", base, quantile(singly, 0.99), 1, "100 single calls");
  row("Apply of 100 cgroups", quantile(at_once, 0.5), quantile(at_once, 0.99), quantile(at_once, 0.5) / base,
      "100 single calls");
  remove_all(bus, cgroups);
}

// Somebody else writes, and looks until the old value is back.
void measure_repair(sd_bus* bus, int rounds) {
  const auto cgroups = names_of("lasting", 50);
  call(bus, apply(bus, cgroups, 0));
  const std::string root = delegated_root(bus);
  std::vector<double> took;
  for (int round = 0; round < std::clamp(rounds / 4, 2, 10); ++round) {
    for (const auto& cgroup : cgroups) {
      const int fd = check(::open((root + "/" + cgroup + "/pids.max").c_str(), O_RDWR | O_CLOEXEC), "pids.max");
      ::usleep(50'000);  // an idle machine
      const auto begin = Clock::now();
      check(static_cast<int>(::write(fd, "7", 1)), "write");
      std::array<char, 32> text{};
      do {
        ::usleep(200);
        check(static_cast<int>(::pread(fd, text.data(), text.size(), 0)), "read");
      } while (text[0] == '7' && micros_since(begin) < 5e6);
      took.push_back(micros_since(begin));
      ::close(fd);
    }
  }
  std::printf("%-52s %10.1f %10.1f          (wanted: p99 at most 50000 us)\n", "foreign write to its repair",
              quantile(took, 0.5), quantile(took, 0.99));
  remove_all(bus, cgroups);
}

double bare_reads(const std::string& root, const std::vector<std::string>& cgroups) {
  constexpr std::array<const char*, 3> files = {"/memory.max", "/pids.max", "/cpu.weight"};
  const auto begin = Clock::now();
  for (const auto& cgroup : cgroups) {
    for (const auto* const file : files) {
      const int fd = check(::open((root + "/" + cgroup + file).c_str(), O_RDONLY | O_CLOEXEC), file);
      std::array<char, 64> text{};
      check(static_cast<int>(::read(fd, text.data(), text.size())), file);
      ::close(fd);
    }
  }
  return micros_since(begin);
}

void unit_job(sd_bus* bus, const char* job) {
  const auto message =
      new_call(bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", job);
  check(sd_bus_message_append(message.get(), "ss", "cgroupd.service", "replace"), job);
  call(bus, message);
}

bool is_on_the_bus(sd_bus* bus) {
  return sd_bus_get_name_creds(bus, name, 0, nullptr) >= 0;
}

void wait_until(const std::function<bool()>& condition) {
  for (const auto deadline = Clock::now() + std::chrono::seconds(20); Clock::now() < deadline && !condition();)
    ::usleep(10'000);
}

// The daemon's own word for how long it took, from a start by hand.
std::optional<double> start_and_stop(sd_bus* bus) {
  FILE* const daemon = ::popen("exec cgroupd 2>&1", "r");
  if (daemon == nullptr) return std::nullopt;
  std::optional<double> micros;
  std::array<char, 4096> line{};
  while (!micros && std::fgets(line.data(), line.size(), daemon) != nullptr) {
    const std::string_view text = line.data();
    const auto at = text.find("reconciled in ");
    if (at != std::string_view::npos) micros = std::atof(line.data() + at + sizeof "reconciled in " - 1) * 1000;
  }
  wait_until([bus] { return is_on_the_bus(bus); });
  sd_bus_creds* creds = nullptr;
  if (sd_bus_get_name_creds(bus, name, SD_BUS_CREDS_PID, &creds) >= 0) {
    pid_t pid = 0;
    sd_bus_creds_get_pid(creds, &pid);
    sd_bus_creds_unref(creds);
    ::kill(pid, SIGTERM);
  }
  ::pclose(daemon);
  return micros;
}

void measure_start(sd_bus* bus) {
  const auto cgroups = names_of("lasting", 1000);
  call(bus, apply(bus, cgroups, 0));
  const std::string root = delegated_root(bus);
  unit_job(bus, "StopUnit");
  wait_until([bus] { return !is_on_the_bus(bus); });
  std::vector<double> starts;
  std::vector<double> reads;
  constexpr int rounds = 5;
  for (int i = 0; i < rounds; ++i) {
    reads.push_back(bare_reads(root, cgroups));
    if (const auto micros = start_and_stop(bus)) starts.push_back(*micros);
    wait_until([bus] { return !is_on_the_bus(bus); });
  }
  unit_job(bus, "StartUnit");
  wait_until([bus] { return is_on_the_bus(bus); });
  const double base = quantile(reads, 0.5);
  row("bare reads of 3 limits of 1000 cgroups", base, quantile(reads, 1), 1, "bare reads");
  if (!starts.empty()) {
    row("start: reconcile 1000 cgroups (wanted: at most 3)", quantile(starts, 0.5), quantile(starts, 1),
        quantile(starts, 0.5) / base, "bare reads");
  }
  remove_all(bus, cgroups);
}

}  // namespace

void measure_lasting(sd_bus* bus, int rounds, bool with_systemd) {
  std::printf("\n%-52s %10s %10s\n", "limits that stay", "p50 us", "p99 us");
  measure_records(bus, rounds);
  measure_apply(bus, rounds);
  measure_repair(bus, rounds);
  if (with_systemd) measure_start(bus);
}

}  // namespace cgroupd::bench
