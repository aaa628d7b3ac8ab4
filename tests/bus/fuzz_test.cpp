// Fifty clients that mean no good, at once; what tests/fuzz/bus does to the real kernel for longer.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <fcntl.h>

#include "bus/hostile_client.h"
#include "bus/served_daemon.h"

namespace cgroupd {
namespace {

using namespace std::chrono_literals;

TEST_F(AServedDaemon, OutlivesClientsThatCallEverythingWithAnything) {
  constexpr std::size_t clients = 50;
  constexpr auto duration = 5s;
  const auto main_bus = hostile::open_bus();
  ASSERT_TRUE(main_bus);
  const auto methods = hostile::methods_in(hostile::introspect(main_bus.get()));
  ASSERT_GT(methods.size(), 20U);

  const FileDescriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  hostile::Ammunition ammunition{.names = {"a", "b", "c", "a/x", "a/y", "b/x/y/z"},
                                 .pids = {0, 1, 2, 4'000'000, 0xffffffff},
                                 .descriptors = {null.get()},
                                 .limits = {}};
  for (const auto& limit : all_limits()) ammunition.limits.emplace_back(limit.file);

  std::atomic<bool> over = false;
  std::vector<hostile::Tally> tallies(clients);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      hostile::Client client(methods, ammunition, i + 1);
      while (!over) {
        const auto bus = hostile::open_bus();
        for (int call = 0; bus && call < 200 && !over; ++call) {
          if (!client.call(bus.get(), tallies[i])) break;
        }
        if (i % 10 == 0) client.flood(50, tallies[i]);
      }
    });
  }
  std::uint64_t pings = 0;
  for (const auto end = std::chrono::steady_clock::now() + duration; std::chrono::steady_clock::now() < end;) {
    // The machine may be busy with fifty threads of ours and much else; answered is what counts here.
    if (hostile::ping(main_bus.get(), 30'000'000)) ++pings;
  }
  over = true;
  for (auto& thread : threads) thread.join();
  EXPECT_GT(pings, 0U);
  std::uint64_t answers = 0;
  std::uint64_t errors = 0;
  for (const auto& tally : tallies) {
    EXPECT_EQ(tally.unanswered, 0U);
    for (const auto& bad : tally.bad) ADD_FAILURE() << bad;
    answers += tally.answers;
    errors += tally.errors;
  }
  EXPECT_GT(answers, 100U);
  EXPECT_GT(errors, 100U);
  EXPECT_EQ(error_of([&] { call("List"); }), "");
}

}  // namespace
}  // namespace cgroupd
