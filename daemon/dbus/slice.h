// How long one turn takes.
#pragma once

#include <chrono>

namespace cgroupd {

/// Begins when it is made and lasts a millisecond, or a little longer: meanwhile all others wait.
class Slice {
 public:
  bool is_over() const { return std::chrono::steady_clock::now() - begin_ > most; }

 private:
  static constexpr std::chrono::milliseconds most{1};
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace cgroupd
