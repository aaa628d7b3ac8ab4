// cgctl's side of the bus: its calls against the daemon's adaptor, and watching over a daemon that goes and comes back.
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/event_view.h"
#include "client/manager_bus.h"
#include "served_daemon.h"
#include "support/eventually.h"

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CgroupPath named(std::string_view name) {
  return CgroupPath::parse(name).value();
}

Changes wish(std::string_view file, std::string_view text) {
  const Limit* const limit = find_limit(file);
  return {{limit, parse_change(*limit, text).value()}};
}

std::string the_bus() {
  return std::getenv("DBUS_SESSION_BUS_ADDRESS");
}

// A bus of its own, that can go away.
class PrivateBus {
 public:
  PrivateBus() {
    std::array<int, 2> ends = {-1, -1};
    EXPECT_EQ(::pipe(ends.data()), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execlp("dbus-daemon", "dbus-daemon", "--session", "--nofork", "--print-address", nullptr);
      ::_exit(EXIT_FAILURE);
    }
    ::close(ends[1]);
    std::array<char, 512> text{};
    const auto length = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    if (length > 0) address.assign(text.data(), static_cast<std::size_t>(length - 1));
  }
  ~PrivateBus() { go_away(); }
  PrivateBus(const PrivateBus&) = delete;
  PrivateBus& operator=(const PrivateBus&) = delete;
  PrivateBus(PrivateBus&&) = delete;
  PrivateBus& operator=(PrivateBus&&) = delete;

  void go_away() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  std::string address;

 private:
  pid_t pid_ = 0;
};

class AClient : public AServedDaemon {
 protected:
  std::unique_ptr<client::Manager> manager = client::make_manager_bus(the_bus());
};

TEST_F(AClient, SetsWithALeaseAndSeesWhatComesThen) {
  ASSERT_TRUE(manager->create(named("web"), wish("pids.max", "20"), {.drift = DriftPolicy::report}));
  const auto in_force = manager->set_limits(named("web"), wish("pids.max", "40"), {.lease = std::chrono::minutes(10)});
  ASSERT_TRUE(in_force) << in_force.error().text();
  const auto status = manager->get(named("web"));
  ASSERT_TRUE(status) << status.error().text();
  EXPECT_EQ(status->drift, DriftPolicy::report);
  const auto& desired = status->desired.at(find_limit("pids.max"));
  EXPECT_EQ(desired.origin, Origin::lease);
  EXPECT_EQ(desired.value, Value(Amount(std::uint64_t{40})));
  EXPECT_EQ(desired.afterwards, Value(Amount(std::uint64_t{20})));
  EXPECT_TRUE(desired.ends.has_value());
}

TEST_F(AClient, AppliesSeesTheHistoryAndTakesAChangeBack) {
  const DeclaredCgroups declared = {
      {.name = named("web"), .limits = wish("pids.max", "20"), .drift = DriftPolicy::report},
      {.name = named("web/db"), .limits = wish("memory.max", "64M")}};
  const auto planned = manager->apply(declared, {.plan = true});
  ASSERT_TRUE(planned) << planned.error().text();
  EXPECT_THAT(planned->steps, testing::SizeIs(4));
  EXPECT_EQ(manager->get(named("web")).error().code, ErrorCode::not_found);

  const auto applied = manager->apply(declared, {.within = std::chrono::seconds(5)});
  ASSERT_TRUE(applied) << applied.error().text();
  ASSERT_EQ(applied->changed.size(), 2U);
  EXPECT_EQ(applied->changed[0].first, "web");
  EXPECT_EQ(applied->changed[0].second, Values({{find_limit("pids.max"), Value(Amount(std::uint64_t{20}))}}));
  const auto again = manager->apply(declared, {});
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_THAT(again->steps, testing::IsEmpty());

  ASSERT_TRUE(manager->set_limits(named("web"), wish("pids.max", "7"), {}));
  const auto history = manager->history({.cgroup = named("web"), .most = 1});
  ASSERT_TRUE(history) << history.error().text();
  ASSERT_EQ(history->size(), 1U);
  const auto& latest = history->front();
  EXPECT_EQ(latest.who.uid, ::getuid());
  EXPECT_EQ(latest.cause, Cause::user);
  ASSERT_EQ(latest.changes.size(), 1U);
  EXPECT_EQ(latest.changes[0].after, Value(Amount(std::uint64_t{7})));

  const auto undone = manager->undo(latest.id, {});
  ASSERT_TRUE(undone) << undone.error().text();
  EXPECT_THAT(undone->steps, ElementsAre("web pids.max 7 -> 20"));
  EXPECT_EQ(manager->history({.most = 1})->front().undoes, latest.id);
}

TEST_F(AClient, IsToldInTheDaemonsWordsWhatIsWrong) {
  const auto absent = manager->undo(4711, {});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
  EXPECT_THAT(absent.error().message, HasSubstr("4711"));
}

// Events as sentences, from a watch on a thread of its own.
class Watching {
 public:
  explicit Watching(const std::string& bus = the_bus())
      : interrupt_(::eventfd(0, EFD_CLOEXEC)),
        manager_(client::make_manager_bus(bus)),
        thread_([this] { ended_ = manager_->watch(noting(), interrupt_); }) {}
  ~Watching() { end(); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
  Watching(Watching&&) = delete;
  Watching& operator=(Watching&&) = delete;

  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  /// The bus went away, or there was nothing to watch.
  const Result<void>& ended() {
    if (thread_.joinable()) thread_.join();
    return ended_;
  }
  const Result<void>& end() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto put = ::write(interrupt_.get(), &one, sizeof one);
    return ended();
  }

 private:
  std::function<void(const client::Event&)> noting() {
    return [this](const client::Event& event) {
      const std::lock_guard lock(mutex_);
      seen_.push_back(client::event_line(event));
    };
  }

  std::mutex mutex_;
  std::vector<std::string> seen_;
  Result<void> ended_;
  client::Descriptor interrupt_;
  std::unique_ptr<client::Manager> manager_;
  std::thread thread_;
};

// As much of a daemon as a watch needs: a version, a signal, and a name to leave and take again.
class NameOnTheBus {
 public:
  explicit NameOnTheBus(const std::string& bus = the_bus())
      : connection_(sdbus::createSessionBusConnectionWithAddress(bus)),
        object_(sdbus::createObject(*connection_, wire::object_path)) {
    object_->registerProperty("Version").onInterface(wire::interface_name).withGetter([this] {
      asked_ = true;
      return std::string("1");
    });
    object_->registerSignal("Created").onInterface(wire::interface_name).withParameters<std::string>("name");
    object_->finishRegistration();
    come();
    thread_ = std::thread([this] {
      try {
        connection_->enterEventLoop();
      } catch (const sdbus::Error&) {
        // The bus went away.
      }
    });
  }
  ~NameOnTheBus() {
    connection_->leaveEventLoop();
    thread_.join();
  }
  NameOnTheBus(const NameOnTheBus&) = delete;
  NameOnTheBus& operator=(const NameOnTheBus&) = delete;
  NameOnTheBus(NameOnTheBus&&) = delete;
  NameOnTheBus& operator=(NameOnTheBus&&) = delete;

  void come() { connection_->requestName(wire::service_name); }
  void go() { connection_->releaseName(wire::service_name); }
  void create(const std::string& name) {
    object_->emitSignal("Created").onInterface(wire::interface_name).withArguments(name);
  }
  bool is_watched() const { return asked_; }

 private:
  std::atomic<bool> asked_ = false;
  std::unique_ptr<sdbus::IConnection> connection_;
  std::unique_ptr<sdbus::IObject> object_;
  std::thread thread_;
};

TEST(AWatch, OutlivesTheDaemon) {
  NameOnTheBus daemon;
  Watching watching;
  ASSERT_TRUE(eventually([&] { return daemon.is_watched(); }));
  daemon.create("one");
  daemon.go();
  daemon.come();
  daemon.create("two");
  EXPECT_TRUE(eventually([&] { return watching.seen().size() == 4; }));
  EXPECT_THAT(watching.seen(), ElementsAre("one: created", "cgroupd is gone; waiting until it is back",
                                           "cgroupd is back", "two: created"));
  EXPECT_TRUE(watching.end());
}

TEST(AWatch, ThatEndsWhileTheDaemonIsGoneSaysSo) {
  NameOnTheBus daemon;
  Watching watching;
  ASSERT_TRUE(eventually([&] { return daemon.is_watched(); }));
  daemon.go();
  EXPECT_TRUE(eventually([&] { return watching.seen().size() == 1; }));
  const auto& ended = watching.end();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::unreachable);
  EXPECT_THAT(ended.error().message, HasSubstr("has not come back"));
}

TEST(AWatch, EndsWithTheBus) {
  PrivateBus bus;
  NameOnTheBus daemon(bus.address);
  Watching watching(bus.address);
  ASSERT_TRUE(eventually([&] { return daemon.is_watched(); }));
  daemon.create("one");
  // Asked is not answered: a bus that goes before the answer arrives is told of in other words.
  ASSERT_TRUE(eventually([&] { return !watching.seen().empty(); }));
  bus.go_away();
  const auto& ended = watching.ended();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::unreachable);
  EXPECT_THAT(ended.error().message, HasSubstr("went away"));
}

TEST(AWatch, WithoutADaemonEndsAtOnce) {
  Watching watching;
  const auto& ended = watching.ended();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::unreachable);
  EXPECT_THAT(ended.error().message, HasSubstr("no cgroupd"));
}

}  // namespace
}  // namespace cgroupd
