// Room for what has to wait, which nobody can fill alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace cgroupd {

/// Counts what waits, of each user by himself. Pure.
class WaitingRoom {
 public:
  using Uid = std::optional<std::uint32_t>;  ///< none: ourselves, or nobody known

  explicit WaitingRoom(std::size_t places) : places_(places) {}

  /// Whether one more of `whose` may come in: who has nothing here as long as any place is free, everybody else while
  /// he has no more than half as many as are free.
  bool has_room_for(Uid whose) const {
    const auto at = of_each_.find(whose);
    const std::size_t his = at == of_each_.end() ? 0 : at->second;
    return taken_ < places_ && his <= (places_ - taken_) / 2;
  }
  /// Comes in, whether there is room or not: some cannot be turned away.
  void enter(Uid whose) {
    ++of_each_[whose];
    ++taken_;
  }
  void leave(Uid whose) {
    const auto at = of_each_.find(whose);
    if (--at->second == 0) of_each_.erase(at);
    --taken_;
  }

 private:
  std::size_t places_;
  std::size_t taken_ = 0;
  std::map<Uid, std::size_t> of_each_;
};

}  // namespace cgroupd
