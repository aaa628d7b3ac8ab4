// Round robin.
#include "dbus/turns.h"

namespace cgroupd {

std::deque<Turns::Waiting>& Turns::line_of(const std::string& caller) {
  if (const auto held = held_.find(caller); held != held_.end()) return held->second;
  auto known = by_caller_.find(caller);
  if (known == by_caller_.end())
    known = by_caller_.emplace(caller, lines_.emplace(lines_.end(), caller, Line::second_type())).first;
  return known->second->second;
}

std::size_t Turns::waiting_of(const std::string& caller) const {
  if (const auto held = held_.find(caller); held != held_.end()) return held->second.size();
  const auto known = by_caller_.find(caller);
  return known == by_caller_.end() ? 0 : known->second->second.size();
}

Result<void> Turns::wait(const std::string& caller, std::size_t weight, Job job) {
  const bool is_full = count_ >= most || weight_ + weight > heaviest;
  if (is_full || waiting_of(caller) >= most_of_one) {
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

void Turns::hold(const std::string& caller) {
  auto& held = held_[caller];
  const auto known = by_caller_.find(caller);
  if (known == by_caller_.end()) return;
  held = std::move(known->second->second);
  lines_.erase(known->second);
  by_caller_.erase(known);
}

void Turns::release(const std::string& caller) {
  const auto held = held_.find(caller);
  if (held == held_.end()) return;
  auto line = std::move(held->second);
  held_.erase(held);
  if (!line.empty()) line_of(caller) = std::move(line);
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
