// The one loop everything but blocking work runs in: sd-event, with the bus connection in it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <sdbus-c++/IConnection.h>

#include "core/signs.h"
#include "core/time.h"

namespace cgroupd {

/// sd_event(3). Single-threaded: only the thread that runs it may touch it.
class EventLoop final : public Time, public Signs {
 public:
  using Action = std::function<void()>;

  EventLoop();
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  EventLoop(EventLoop&&) = delete;
  EventLoop& operator=(EventLoop&&) = delete;

  /// Serves the connection: without traffic the loop sleeps. When the bus goes away the loop stops with a failure.
  void serve(sdbus::IConnection& connection);

  /// Calls `one` when what came in over the bus has been looked at, once for each time around, as long as it says that
  /// there is more. What comes in meanwhile is looked at in between.
  void in_turn(std::function<bool()> one);

  /// Calls `action` whenever `fd` is readable.
  void on_readable(int fd, Action action);

  /// The same, but `pause.least` later, so that what comes in a bunch is one call. `pause.at_once` calls may follow
  /// each other like that; each is earned again within `pause.most`, and without one the call waits until it is.
  struct Pause {
    std::chrono::milliseconds least, most;
    int at_once;
  };
  void on_readable(int fd, Pause pause, Action action);

  /// Calls `action` on SIGTERM and SIGINT, which must be blocked in every thread.
  void on_termination(Action action);

  /// Tells the service manager that the loop turns, as often as its WatchdogSec= wants; nothing without one.
  void feed_watchdog();

  Moment now() override;
  /// On CLOCK_BOOTTIME, so that the time a machine sleeps counts.
  std::unique_ptr<Alarm> alarm(Action action) override;

  std::unique_ptr<Sign> on_sign(FileDescriptor fd, Action action) override;

  /// Runs until stop(); the exit status given there.
  int run();
  void stop(int status);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cgroupd
