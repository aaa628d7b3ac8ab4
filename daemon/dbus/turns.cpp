// Fair queueing by time taken.
#include "dbus/turns.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace cgroupd {
namespace {

// By how much one who comes anew may have taken less than the others: more, and many newcomers would starve them.
constexpr std::chrono::nanoseconds head_start = std::chrono::milliseconds(20);

Error too_many(const char* what) {
  return {.code = ErrorCode::limit_exceeded, .message = what, .hint = "wait for answers before you ask on"};
}

}  // namespace

Error Turns::too_many_of_one() {
  return too_many("too many of your requests are waiting");
}

std::deque<Turns::Waiting>& Turns::line_of(const std::string& caller) {
  if (const auto held = held_.find(caller); held != held_.end()) return held->second;
  Line& line = lines_[caller];
  if (line.waiting.empty()) {
    line.taken = std::max(line.taken, share_ - head_start);
    line.since = ++order_;
    ++in_line_;
  }
  return line.waiting;
}

std::size_t Turns::waiting_of(const std::string& caller) const {
  if (const auto held = held_.find(caller); held != held_.end()) return held->second.size();
  const auto line = lines_.find(caller);
  return line == lines_.end() ? 0 : line->second.waiting.size();
}

Result<void> Turns::wait(const std::string& caller, std::size_t weight, Job job) {
  if (count_ >= most || weight_ + weight > heaviest) return fail(too_many("too many requests are waiting"));
  if (waiting_of(caller) >= most_of_one) return fail(too_many_of_one());
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
  const auto line = lines_.find(caller);
  if (line == lines_.end() || line->second.waiting.empty()) return;
  held = std::exchange(line->second.waiting, {});
  --in_line_;
}

void Turns::release(const std::string& caller) {
  const auto held = held_.find(caller);
  if (held == held_.end()) return;
  auto waiting = std::move(held->second);
  held_.erase(held);
  if (!waiting.empty()) line_of(caller) = std::move(waiting);
}

Turns::Lines::iterator Turns::next() {
  auto first = lines_.end();
  for (auto at = lines_.begin(); at != lines_.end(); ++at) {
    if (at->second.waiting.empty()) continue;
    const auto rank = [](const Line& line) { return std::tie(line.taken, line.since); };
    if (first == lines_.end() || rank(at->second) < rank(first->second)) first = at;
  }
  return first;
}

bool Turns::take_one() {
  if (in_line_ == 0) return false;
  const auto at = next();
  const std::string caller = at->first;
  const Waiting turn = std::move(at->second.waiting.front());
  at->second.waiting.pop_front();
  at->second.since = ++order_;
  --count_;
  weight_ -= turn.weight;
  const auto all = static_cast<std::chrono::nanoseconds::rep>(in_line_);
  if (at->second.waiting.empty()) --in_line_;
  const auto begin = clock_();
  turn.job();
  const auto took = clock_() - begin;
  lines_[caller].taken += took;  // looked up again: the job may have changed the lines
  share_ += took / all;
  forget_the_idle();
  return in_line_ > 0;
}

// Who comes anew begins with his share, whether he is remembered or not.
void Turns::forget_the_idle() {
  std::erase_if(lines_, [this](const auto& line) {
    return line.second.waiting.empty() && (in_line_ == 0 || line.second.taken <= share_ - head_start);
  });
}

}  // namespace cgroupd
