// One thread for kernel calls that may block, so that the bus keeps answering.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/kernel.h"

namespace cgroupd {

/// Runs jobs elsewhere and tells when they are done.
class Background {
 public:
  using Job = std::function<void(Kernel&)>;
  using Then = std::function<void()>;

  Background() = default;
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  Background(Background&&) = delete;
  Background& operator=(Background&&) = delete;
  virtual ~Background() = default;

  /// `job` runs with a Kernel of its own, in the order given; afterwards `then` runs where finish() is called.
  virtual void run(Job job, Then then) = 0;
};

/// The thread. It owns a Kernel of its own, so nothing but the queues is shared.
class Worker final : public Background {
 public:
  explicit Worker(std::unique_ptr<Kernel> kernel);
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
  void work(const std::stop_token& stop);

  std::unique_ptr<Kernel> kernel_;
  FileDescriptor completions_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Task> waiting_;
  std::deque<Then> done_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace cgroupd
