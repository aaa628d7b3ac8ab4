// Round robin.
#include "dbus/turns.h"

namespace cgroupd {

std::deque<Turns::Waiting>& Turns::line_of(const std::string& caller) {
  auto known = by_caller_.find(caller);
  if (known == by_caller_.end())
    known = by_caller_.emplace(caller, lines_.emplace(lines_.end(), caller, Line::second_type())).first;
  return known->second->second;
}

Result<void> Turns::wait(const std::string& caller, std::size_t weight, Job job) {
  const auto known = by_caller_.find(caller);
  const bool is_full = count_ >= most || weight_ + weight > heaviest;
  if (is_full || (known != by_caller_.end() && known->second->second.size() >= most_of_one)) {
    return fail(ErrorCode::limit_exceeded,
                is_full ? "too many requests are waiting" : "too many of your requests are waiting",
                "wait for answers before you ask on");
  }
  line_of(caller).push_back({.job = std::move(job), .weight = weight});
  ++count_;
  weight_ += weight;
  return {};
}

void Turns::go_on(const std::string& caller, Job job) {
  line_of(caller).push_front({.job = std::move(job)});
  ++count_;
}

bool Turns::take_one() {
  if (lines_.empty()) return false;
  auto& [caller, line] = lines_.front();
  const Waiting next = std::move(line.front());
  line.pop_front();
  --count_;
  weight_ -= next.weight;
  if (line.empty()) {
    by_caller_.erase(caller);
    lines_.pop_front();
  } else {
    lines_.splice(lines_.end(), lines_, lines_.begin());
  }
  next.job();
  return !lines_.empty();
}

}  // namespace cgroupd
