// Moving processes: elsewhere than in the event loop, and never one that has come to the number of another.
#include "core/movement.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/fake_kernel.h"

namespace cgroupd {
namespace {

// Runs jobs when it is told to.
class Later final : public Background {
 public:
  explicit Later(Kernel& kernel) : kernel_(kernel) {}
  void run(Job job, Then then) override { waiting_.emplace_back(std::move(job), std::move(then)); }
  bool is_idle() const { return waiting_.empty(); }
  void go_on() {
    for (const auto& [job, then] : std::exchange(waiting_, {})) {
      job(kernel_, {});
      then();
    }
  }

 private:
  Kernel& kernel_;
  std::vector<std::pair<Job, Then>> waiting_;
};

class AMovement : public testing::Test {
 protected:
  void attach(pid_t pid, WaitingRoom::Uid asker = 1000) {
    movement_.attach(web_, {pid}, asker, [this](Result<void> ok) { answer_ = std::move(ok); });
  }

  FakeKernel kernel_;
  CgroupPath web_ = kernel_.given("web");
  CgroupPath other_ = kernel_.given("other");
  Later background_{kernel_};
  Movement movement_{kernel_, background_, nullptr, std::nullopt};
  std::optional<Result<void>> answer_;
};

TEST_F(AMovement, IsMadeElsewhereAndAnsweredWhenItIsDone) {
  const auto pid = static_cast<pid_t>(kernel_.start(other_).value());
  kernel_.forget_accesses();
  attach(pid);
  EXPECT_FALSE(answer_);
  EXPECT_TRUE(kernel_.writes().empty());
  background_.go_on();
  ASSERT_TRUE(answer_);
  EXPECT_TRUE(answer_->has_value()) << answer_->error().text();
  EXPECT_EQ(kernel_.text_of(web_, "cgroup.procs"), std::to_string(pid));
}

TEST_F(AMovement, OfManyProcessesLetsOthersGoBetween) {
  std::vector<pid_t> many;
  for (int i = 0; i < 20; ++i) many.push_back(static_cast<pid_t>(kernel_.start(other_).value()));
  bool all_are_there = false;
  movement_.attach(web_, many, 1000, [&](const Result<void>& ok) { all_are_there = ok.has_value(); });
  attach(static_cast<pid_t>(kernel_.start(other_).value()));
  while (!answer_) background_.go_on();
  EXPECT_TRUE(answer_->has_value());
  EXPECT_FALSE(all_are_there);
  while (!background_.is_idle()) background_.go_on();
  EXPECT_TRUE(all_are_there);
}

TEST_F(AMovement, IsRefusedWhenTooManyOfTheSameUserWait) {
  const auto pid = static_cast<pid_t>(kernel_.start(other_).value());
  for (int i = 0; i < 64; ++i) attach(pid);
  EXPECT_FALSE(answer_);
  for (int i = 0; i < 64 && !answer_; ++i) attach(pid);
  ASSERT_TRUE(answer_ && !answer_->has_value());
  EXPECT_EQ(answer_->error().code, ErrorCode::limit_exceeded);
  answer_.reset();
  attach(pid, 1001);
  EXPECT_FALSE(answer_) << "another user has a place all the same";
  while (!background_.is_idle()) background_.go_on();
  attach(pid);
  background_.go_on();
  EXPECT_TRUE(answer_ && answer_->has_value()) << "and so has the first when his are done";
}

TEST_F(AMovement, OfAProcessThatIsNamedTwiceIsOne) {
  const auto pid = static_cast<pid_t>(kernel_.start(other_).value());
  kernel_.forget_accesses();
  movement_.attach(web_, std::vector<pid_t>(100, pid), 1000, [this](Result<void> ok) { answer_ = std::move(ok); });
  background_.go_on();
  ASSERT_TRUE(answer_ && answer_->has_value());
  EXPECT_EQ(kernel_.writes().size(), 1U);
}

TEST_F(AMovement, OfAProcessThatEndsMeanwhileTouchesNoOther) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  kernel_.forget_accesses();
  attach(child);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  background_.go_on();
  ASSERT_TRUE(answer_ && !answer_->has_value());
  EXPECT_EQ(answer_->error().code, ErrorCode::not_found);
  EXPECT_THAT(answer_->error().message, testing::HasSubstr("there is no process " + std::to_string(child)));
  EXPECT_TRUE(kernel_.writes().empty());
}

}  // namespace
}  // namespace cgroupd
