// What a manager needs beside a kernel: somewhere to run jobs, somewhere to keep its state, somebody who hears of it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cgroupfs/watcher.h"
#include "core/events.h"
#include "core/time.h"
#include "core/worker.h"
#include "store/store.h"

namespace cgroupd {

/// Runs jobs at once, as the fake kernel never blocks; or, while it is held, none.
class AtOnce final : public Background {
 public:
  explicit AtOnce(Kernel& kernel) : kernel_(kernel) {}
  void run(Job job, Then then) override {
    if (is_held_) {
      waiting_.emplace_back(std::move(job), std::move(then));
      return;
    }
    job(kernel_, {});
    then();
  }
  void hold() { is_held_ = true; }
  std::size_t held() const { return waiting_.size(); }
  void let_go() {
    is_held_ = false;
    for (auto& [job, then] : std::exchange(waiting_, {})) run(std::move(job), std::move(then));
  }

 private:
  Kernel& kernel_;
  bool is_held_ = false;
  std::vector<std::pair<Job, Then>> waiting_;
};

/// Gone at the end of the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "cgroupd-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  TemporaryDirectory(TemporaryDirectory&&) = delete;
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::unique_ptr<Store> open_store(const TemporaryDirectory& directory, const std::string& boot_id = "boot") {
  auto store = Store::open(directory.path(), boot_id);
  if (!store) throw std::runtime_error(store.error().text());
  return *std::move(store);
}

struct NoWatches final : Watches {
  Result<void> watch(const CgroupPath& cgroup) override {
    if (watched.size() >= most) return fail(ErrorCode::limit_exceeded, "no watch is left");
    watched.push_back(cgroup);
    return {};
  }
  std::vector<CgroupPath> watched;
  std::size_t most = 1'000'000;
};

/// Time stands still until a test moves it; alarms ring then.
class FakeTime final : public Time {
 public:
  Moment now() override { return now_; }
  std::unique_ptr<Alarm> alarm(std::function<void()> action) override {
    auto alarm = std::make_unique<FakeAlarm>(*this, std::move(action));
    return alarm;
  }
  /// Somebody sets the clock.
  void set_wall(std::chrono::microseconds wall) { now_.wall = wall; }
  void pass(std::chrono::microseconds time) {
    const auto until = now_.boot + time;
    // In the order of ringing; an action may set alarms of its own.
    for (FakeAlarm* next = earliest(until); next != nullptr; next = earliest(until)) {
      move_to(std::max(now_.boot, *next->at));
      next->at.reset();
      next->action();
    }
    move_to(until);
  }
  bool anything_set() const {
    return std::ranges::any_of(alarms_, [](const FakeAlarm* alarm) { return alarm->at.has_value(); });
  }

 private:
  struct FakeAlarm final : Alarm {
    FakeAlarm(FakeTime& of, std::function<void()> what) : time(of), action(std::move(what)) {
      time.alarms_.push_back(this);
    }
    ~FakeAlarm() override { std::erase(time.alarms_, this); }
    void ring_at(std::chrono::microseconds boot) override { at = boot; }
    void off() override { at.reset(); }
    FakeTime& time;
    std::function<void()> action;
    std::optional<std::chrono::microseconds> at;
  };
  FakeAlarm* earliest(std::chrono::microseconds until) const {
    FakeAlarm* found = nullptr;
    for (FakeAlarm* const alarm : alarms_) {
      if (alarm->at && *alarm->at <= until && (found == nullptr || *alarm->at < *found->at)) found = alarm;
    }
    return found;
  }
  void move_to(std::chrono::microseconds boot) {
    now_.wall += boot - now_.boot;
    now_.boot = boot;
  }

  Moment now_{.boot = std::chrono::hours(1), .wall = std::chrono::hours(24 * 365 * 50)};
  std::vector<FakeAlarm*> alarms_;
};

}  // namespace cgroupd
