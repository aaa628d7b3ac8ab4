// Requests that wait for their turn, so that nobody has to wait for all of somebody else's.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <utility>

#include "model/result.h"

namespace cgroupd {

/// One request after the other, each time of the next caller who has one: whoever sends a thousand at once delays
/// others by one. The requests of one caller keep their order. Bounded in number and in memory.
class Turns {
 public:
  using Job = std::function<void()>;
  static constexpr std::size_t most_of_one = 1024;
  static constexpr std::size_t most = 8192;
  static constexpr std::size_t heaviest = std::size_t{16} << 20U;  ///< bytes, all together

  /// limit_exceeded when too many wait already.
  Result<void> wait(const std::string& caller, std::size_t weight, Job job);

  /// More of what the caller's request asked for: comes before his other requests, and is never refused.
  void go_on(const std::string& caller, Job job);

  /// From now on the caller's requests wait, and others do not, until release().
  void hold(const std::string& caller);
  void release(const std::string& caller);
  bool is_held(const std::string& caller) const { return held_.contains(caller); }

  /// Runs one; whether more are waiting for nothing but their turn.
  bool take_one();

 private:
  struct Waiting {
    Job job;
    std::size_t weight = 0;
  };
  using Line = std::pair<std::string, std::deque<Waiting>>;
  std::deque<Waiting>& line_of(const std::string& caller);
  std::size_t waiting_of(const std::string& caller) const;

  std::list<Line> lines_;  ///< a line a caller, next one first; none is empty
  std::map<std::string, std::list<Line>::iterator> by_caller_;
  std::map<std::string, std::deque<Waiting>> held_;
  std::size_t count_ = 0;
  std::size_t weight_ = 0;
};

}  // namespace cgroupd
