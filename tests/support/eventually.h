// Waiting for a condition instead of sleeping.
#pragma once

#include <chrono>
#include <thread>

namespace cgroupd {

/// True as soon as `condition()` is; false when it did not come true in time. The time is there to end a test that
/// fails: a machine on which much else runs has stood still for 20 s.
template <typename Condition>
bool eventually(Condition condition, std::chrono::milliseconds deadline = std::chrono::seconds(60)) {
  constexpr auto pause = std::chrono::milliseconds(5);
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

}  // namespace cgroupd
