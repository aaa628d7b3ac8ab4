// Threads for calls that may block, so that the bus keeps answering.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/kernel.h"

namespace cgroupd {

/// Runs jobs elsewhere and tells when they are done.
class Background {
 public:
  using Job = std::function<void(Kernel&, const std::stop_token&)>;
  using Then = std::function<void()>;

  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  Background(Background&&) = delete;
  Background& operator=(Background&&) = delete;
  virtual ~Background() = default;

  /// `job` runs with a Kernel of its own; afterwards `then` runs where finish() is called. A long job ends early when
  /// its stop token says so.
  virtual void run(Job job, Then then) = 0;
};

/// As many threads as kernels are given, each with its own, so nothing but the queues is shared; the first at once, the
/// others when there is work for them. Jobs begin in the order given.
class Worker final : public Background {
 public:
  /// `interrupt` is a signal with a handler that does nothing: it ends a write that reclaims for long when we stop.
  Worker(std::vector<std::unique_ptr<Kernel>> kernels, int interrupt);
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  Worker(Worker&&) = delete;
  Worker& operator=(Worker&&) = delete;

  void run(Job job, Then then) override;

  /// Becomes readable when a job is done; then call finish() in the event loop.
  int completion_fd() const { return completions_.get(); }
  /// Runs what is to run after the jobs that are done.
  void finish();

 private:
  struct Task {
    Job job;
    Then then;
  };
  void start_thread();
  void work(const std::stop_token& stop, Kernel& kernel);

  std::vector<std::unique_ptr<Kernel>> kernels_;
  int interrupt_;
  FileDescriptor completions_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Task> waiting_;
  std::deque<Then> done_;
  std::size_t busy_ = 0;
  std::condition_variable_any idle_;
  std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace cgroupd
