// The worker thread and its queues.
#include "core/worker.h"

#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace cgroupd {

Worker::Worker(std::unique_ptr<Kernel> kernel)
    : kernel_(std::move(kernel)),
      completions_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Worker::~Worker() {
  thread_.request_stop();
  thread_.join();
}

void Worker::run(Job job, Then then) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({.job = std::move(job), .then = std::move(then)});
  }
  wake_.notify_one();
}

void Worker::finish() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(completions_.get(), &count, sizeof count);
  std::deque<Then> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (const auto& then : done) then();
}

void Worker::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    Task task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task.job(*kernel_);
    lock.lock();
    done_.push_back(std::move(task.then));
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t put = ::write(completions_.get(), &one, sizeof one);
  }
}

}  // namespace cgroupd
