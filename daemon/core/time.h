// Clocks and alarms, so that what depends on time can be tested without waiting.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "model/moment.h"

namespace cgroupd {

/// Rings once, in the event loop.
class Alarm {
 public:
  Alarm() = default;
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  Alarm(Alarm&&) = delete;
  Alarm& operator=(Alarm&&) = delete;
  virtual ~Alarm() = default;

  /// At `boot` of CLOCK_BOOTTIME (at once when that is over); an earlier wish of this alarm is forgotten.
  virtual void ring_at(std::chrono::microseconds boot) = 0;
  virtual void off() = 0;
};

class Time {
 public:
  Time() = default;
  Time(const Time&) = delete;
  Time& operator=(const Time&) = delete;
  Time(Time&&) = delete;
  Time& operator=(Time&&) = delete;
  virtual ~Time() = default;

  virtual Moment now() = 0;
  virtual std::unique_ptr<Alarm> alarm(std::function<void()> action) = 0;
};

}  // namespace cgroupd
