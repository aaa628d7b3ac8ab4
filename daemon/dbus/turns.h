// Requests that wait for their turn, so that nobody has to wait for all of somebody else's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "model/result.h"

namespace cgroupd {

/// One request after the other, each time of the caller who has taken the least of our time: whoever sends a thousand
/// at once delays others by one, and fifty who ask for much delay one who asks for little by hardly more. The requests
/// of one caller keep their order. Bounded in number and in memory.
class Turns {
 public:
  using Job = std::function<void()>;
  using Clock = std::function<std::chrono::nanoseconds()>;
  static constexpr std::size_t most_of_one = 1024;
  static constexpr std::size_t most = 8192;
  /// The refusal of a caller who has most_of_one waiting.
  static Error too_many_of_one();
  static constexpr std::size_t heaviest = std::size_t{16} << 20U;  ///< bytes, all together

  explicit Turns(Clock clock = [] { return std::chrono::steady_clock::now().time_since_epoch(); })
      : clock_(std::move(clock)) {}

  /// limit_exceeded when too many wait already.
  Result<void> wait(const std::string& caller, std::size_t weight, Job job);

  /// More of what the caller's request asked for: comes before his other requests, and is never refused.
  void go_on(const std::string& caller, Job job);

  /// From now on the caller's requests wait, and others do not, until release().
  void hold(const std::string& caller);
  void release(const std::string& caller);
  bool is_held(const std::string& caller) const { return held_.contains(caller); }

  bool nobody_waits() const { return count_ == 0; }

  /// Runs one; whether more are waiting for nothing but their turn.
  bool take_one();

 private:
  struct Waiting {
    Job job;
    std::size_t weight = 0;
  };
  /// Of one caller. Empty, it is kept for as long as he has had more than his share.
  struct Line {
    std::deque<Waiting> waiting;
    std::chrono::nanoseconds taken{};  ///< time, as if he had always been there
    std::uint64_t since = 0;           ///< which of two who have taken as much comes first
  };
  using Lines = std::map<std::string, Line>;
  std::deque<Waiting>& line_of(const std::string& caller);
  std::size_t waiting_of(const std::string& caller) const;
  Lines::iterator next();
  void forget_the_idle();

  Clock clock_;
  Lines lines_;
  std::map<std::string, std::deque<Waiting>> held_;
  std::chrono::nanoseconds share_{};  ///< what each of those who wait would have taken, had all taken the same
  std::size_t in_line_ = 0;           ///< callers who wait
  std::uint64_t order_ = 0;
  std::size_t count_ = 0;
  std::size_t weight_ = 0;
};

}  // namespace cgroupd
