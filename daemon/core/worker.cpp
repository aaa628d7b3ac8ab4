// The worker thread and its queues.
#include "core/worker.h"

#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace cgroupd {

Worker::Worker(std::vector<std::unique_ptr<Kernel>> kernels, int interrupt)
    : kernels_(std::move(kernels)), interrupt_(interrupt), completions_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  start_thread();
}

void Worker::start_thread() {
  threads_.emplace_back(
      [this, &kernel = *kernels_.at(threads_.size())](const std::stop_token& stop) { work(stop, kernel); });
}

Worker::~Worker() {
  for (auto& thread : threads_) thread.request_stop();
  std::unique_lock lock(mutex_);
  // Again and again: a signal that comes just before the write does not end it.
  constexpr std::chrono::milliseconds patience(20);
  while (!idle_.wait_for(lock, patience, [this] { return busy_ == 0; })) {
    for (auto& thread : threads_) pthread_kill(thread.native_handle(), interrupt_);
  }
  lock.unlock();
  threads_.clear();
}

void Worker::run(Job job, Then then) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({.job = std::move(job), .then = std::move(then)});
    const bool all_are_taken = waiting_.size() > threads_.size() - busy_;
    if (all_are_taken && threads_.size() < kernels_.size()) {
      try {
        start_thread();
      } catch (const std::system_error&) {
        // As many as there are will do.
      }
    }
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

void Worker::work(const std::stop_token& stop, Kernel& kernel) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return !waiting_.empty(); }) && !stop.stop_requested()) {
    Task task = std::move(waiting_.front());
    waiting_.pop_front();
    ++busy_;
    lock.unlock();
    task.job(kernel, stop);
    lock.lock();
    --busy_;
    idle_.notify_all();
    done_.push_back(std::move(task.then));
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t put = ::write(completions_.get(), &one, sizeof one);
  }
}

}  // namespace cgroupd
