// What the loop calls, and how often.
#include "dbus/event_loop.h"

#include <chrono>
#include <cstdint>
#include <memory>

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"

namespace cgroupd {
namespace {

using std::chrono::milliseconds;

TEST(APacedReader, IsCalledNoMoreOftenThanItsCallsAreEarned) {
  constexpr EventLoop::Pause pause{.least = milliseconds(1), .most = milliseconds(200), .at_once = 4};
  EventLoop loop;
  const FileDescriptor counter(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  const auto began = loop.now().boot;
  int calls = 0;
  std::uint64_t read = 0;
  loop.on_readable(counter.get(), pause, [&] {
    std::uint64_t some = 0;
    ASSERT_EQ(::read(counter.get(), &some, sizeof some), ssize_t{sizeof some});
    read += some;
    ++calls;
    const auto earned = (loop.now().boot - began) / pause.most;
    EXPECT_LE(calls, pause.at_once + earned);
  });
  // With breaks longer than the least pause: each write would be worth a call.
  constexpr std::uint64_t writes = 100;
  std::uint64_t written = 0;
  std::unique_ptr<Alarm> writer;
  writer = loop.alarm([&] {
    if (written == writes) {
      // All is read in the end, however late.
      if (read == written) return loop.stop(0);
    } else {
      const std::uint64_t one = 1;
      ASSERT_EQ(::write(counter.get(), &one, sizeof one), ssize_t{sizeof one});
      ++written;
    }
    writer->ring_at(loop.now().boot + milliseconds(3));
  });
  writer->ring_at(began);
  EXPECT_EQ(loop.run(), 0);
  EXPECT_GT(calls, pause.at_once);
  EXPECT_LT(calls, static_cast<int>(writes));
}

TEST(APacedReader, IsCalledSoonWhereTheLastCallsAreLongAgo) {
  constexpr EventLoop::Pause pause{.least = milliseconds(1), .most = std::chrono::hours(1), .at_once = 2};
  EventLoop loop;
  const FileDescriptor counter(::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC));
  int calls = 0;
  loop.on_readable(counter.get(), pause, [&] {
    if (++calls == pause.at_once) loop.stop(0);
  });
  EXPECT_EQ(loop.run(), 0);
  EXPECT_EQ(calls, pause.at_once);
}

}  // namespace
}  // namespace cgroupd
