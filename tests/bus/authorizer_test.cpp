// Who may do what on the system bus, as callers see it.
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "bus/served_daemon.h"
#include "support/eventually.h"
#include "support/named.h"

namespace cgroupd {
namespace {

using sdbus::Variant;

// Answers at once or later, as the test wants.
class FakePolkit final : public Polkit {
 public:
  void check(const std::string& /*sender*/, const std::string& action_id, bool interactive, Done done) override {
    std::unique_lock lock(mutex);
    asked.push_back(action_id + (interactive ? " interactively" : ""));
    if (holds_back) return waiting.push_back(std::move(done));
    const Result<bool> answer =
        is_there ? Result<bool>(granted == action_id) : fail(ErrorCode::unreachable, "polkit could not be asked: gone");
    // Whoever gets it takes the connection's lock, under which we were asked.
    lock.unlock();
    done(answer);
  }

  std::mutex mutex;
  std::vector<std::string> asked;
  std::vector<Done> waiting;
  std::string granted;
  bool holds_back = false;
  bool is_there = true;
};

// Comes before the daemon that uses it.
struct WithPolkit {
  FakePolkit polkit;
  std::atomic<std::uint32_t> uid = 1001;  ///< who all callers are
  std::atomic<bool> budget = false;
};

class ASystemDaemon : private WithPolkit, public AServedDaemon {
 protected:
  ASystemDaemon()
      : AServedDaemon([this](Authorizer::World world) {
          world.uid_of = [this](const std::string& /*sender*/) {
            return Result<std::uint32_t>(WithPolkit::uid.load());
          };
          world.has_budget = [this](std::uint32_t who) { return WithPolkit::budget && who == 1001; };
          world.name_of = [](std::uint32_t who) {
            return std::string(who == 0 ? "root" : who == 1001 ? "eve" : "mallory");
          };
          return std::make_unique<Authorizer>(std::move(world), WithPolkit::polkit);
        }) {}

  // The calls it keeps waiting must go before their connection, as those of the real one do.
  ~ASystemDaemon() override {
    stop();
    polkit.waiting.clear();
  }

  using WithPolkit::budget;
  using WithPolkit::polkit;
  using WithPolkit::uid;

  std::string plain_call(const std::string& method, const std::string& name) {
    return error_of([&] { call(method).withArguments(name); });
  }
};

TEST_F(ASystemDaemon, ObeysRootWithoutAsking) {
  uid = 0;
  create("web", {{"memory.max", Variant(std::string("64M"))}});
  EXPECT_EQ(kernel.text_of(path("web"), "memory.max"), "67108864");
  EXPECT_TRUE(polkit.asked.empty());
}

TEST_F(ASystemDaemon, RefusesAStrangerEveryMethodAndChangesNothing) {
  kernel.given("web");
  const Dictionary limits = {{"memory.max", Variant(std::string("1M"))}};
  EXPECT_EQ(error_of([&] { create("mine"); }), "NotAuthorized");
  EXPECT_EQ(message.find("not authorized: eve may not create or remove 'mine'"), 0U) << message;
  EXPECT_EQ(error_of([&] { set("web", limits); }), "NotAuthorized");
  EXPECT_NE(message.find("'web', which belongs to root"), std::string::npos) << message;
  EXPECT_EQ(error_of([&] { set("web", limits, {{"plan", Variant(true)}}); }), "NotAuthorized");
  EXPECT_EQ(error_of([&] { call("Unset").withArguments(std::string("web"), std::vector<std::string>{"memory.max"}); }),
            "NotAuthorized");
  EXPECT_EQ(error_of([&] { call("Remove").withArguments(std::string("web"), Dictionary()); }), "NotAuthorized");
  EXPECT_EQ(error_of([&] { call("AttachPids").withArguments(std::string("web"), std::vector<std::uint32_t>{1}); }),
            "NotAuthorized");
  for (const std::string method : {"Freeze", "Thaw", "Kill", "OpenDirectory", "Get"})
    EXPECT_EQ(plain_call(method, "web"), "NotAuthorized") << method;
  for (const std::string method : {"List", "Reload"})
    EXPECT_EQ(error_of([&] { call(method); }), "NotAuthorized") << method;
  EXPECT_EQ(error_of([&] { call("Undo").withArguments(std::uint64_t{1}, Dictionary()); }), "NotAuthorized");
  EXPECT_EQ(error_of([&] { call("History").withArguments(Dictionary()); }), "NotAuthorized");
  using Declared = sdbus::Struct<std::string, Dictionary, Dictionary>;
  EXPECT_EQ(
      error_of([&] { call("Apply").withArguments(std::vector<Declared>{Declared("web", limits, {})}, Dictionary()); }),
      "NotAuthorized");
  stop();
  EXPECT_TRUE(kernel.writes().empty());
  EXPECT_FALSE(kernel.exists(path("mine")));
}

TEST_F(ASystemDaemon, AsksPolkitForTheActionAndObeysIt) {
  kernel.given("web");
  polkit.granted = "org.cgroupd1.control";
  EXPECT_EQ(plain_call("Freeze", "web"), "");
  EXPECT_EQ(error_of([&] { set("web", {{"pids.max", Variant(std::uint64_t{5})}}); }), "NotAuthorized");
  stop();
  EXPECT_EQ(polkit.asked, (std::vector<std::string>{"org.cgroupd1.control", "org.cgroupd1.set-limits"}));
  EXPECT_EQ(kernel.text_of(path("web"), "cgroup.freeze"), "1");
}

TEST_F(ASystemDaemon, SaysWhenPolkitCannotBeAsked) {
  kernel.given("web");
  polkit.is_there = false;
  EXPECT_EQ(plain_call("Freeze", "web"), "NotAuthorized");
  EXPECT_NE(message.find("polkit could not be asked"), std::string::npos) << message;
}

TEST_F(ASystemDaemon, ServesOthersWhilePolkitThinks) {
  kernel.given("web");
  {
    const std::lock_guard lock(polkit.mutex);
    polkit.holds_back = true;
  }
  auto asking = new_proxy();
  asking->callMethodAsync("Freeze")
      .onInterface(wire::interface_name)
      .withArguments(std::string("web"))
      .uponReplyInvoke([](const sdbus::Error* /*error*/) {});
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(polkit.mutex);
    return polkit.waiting.size() == 1;
  }));
  uid = 0;
  EXPECT_EQ(plain_call("Get", "web"), "");
  EXPECT_EQ(kernel.text_of(path("web"), "cgroup.freeze"), "0");
  stop();
  polkit.waiting.front()(true);  // from here on, as the loop has ended
  EXPECT_EQ(kernel.text_of(path("web"), "cgroup.freeze"), "1");
}

TEST_F(ASystemDaemon, KeepsNoMoreThanABoundedNumberWaiting) {
  kernel.given("web");
  {
    const std::lock_guard lock(polkit.mutex);
    polkit.holds_back = true;
  }
  auto flood = new_proxy();
  for (std::size_t users = 1; users <= 4; ++users) {
    for (int i = 0; i < 16; ++i) {
      flood->callMethodAsync("Freeze")
          .onInterface(wire::interface_name)
          .withArguments(std::string("web"))
          .uponReplyInvoke([](const sdbus::Error*) {});
    }
    ASSERT_TRUE(eventually([&] {
      const std::lock_guard lock(polkit.mutex);
      return polkit.waiting.size() == 16 * users;
    }));
    // One who floods keeps nobody else out, until there are many of them.
    EXPECT_EQ(plain_call("Freeze", "web"), "LimitExceeded");
    ++uid;
  }
  EXPECT_EQ(plain_call("Freeze", "web"), "LimitExceeded");
}

TEST_F(ASystemDaemon, LetsAnOwnerMoveOnlyWhatStandsInItsOwnCgroups) {
  budget = true;
  for (const auto* const name : {"mine", "mine/inner", "mine/other"}) {
    kernel.given(name);
    ASSERT_TRUE(kernel.set_mark(path(name), "owner", "1001").has_value());
  }
  kernel.given("web");
  const auto own = static_cast<std::uint32_t>(kernel.start(path("mine/inner")).value());
  const auto roots = static_cast<std::uint32_t>(kernel.start(path("web")).value());
  const auto attach = [&](const std::vector<std::uint32_t>& pids) {
    return error_of([&] { call("AttachPids").withArguments(std::string("mine/other"), pids); });
  };
  for (const auto& pids : std::vector<std::vector<std::uint32_t>>{{1}, {roots}, {own, roots}, {own, 4'000'000}, {0}})
    EXPECT_EQ(attach(pids), "NotAuthorized") << pids.back();
  EXPECT_NE(message.find("eve may not move processes to 'mine/other'"), std::string::npos) << message;
  const sdbus::UnixFd no_process(::dup(0), sdbus::adopt_fd);
  EXPECT_EQ(error_of([&] {
              call("Attach").withArguments(std::string("mine/other"), std::vector<sdbus::UnixFd>{no_process});
            }),
            "NotAuthorized");
  EXPECT_EQ(attach({own}), "");
  stop();
  EXPECT_EQ(kernel.text_of(path("mine/other"), "cgroup.procs"), std::to_string(own));
  EXPECT_EQ(kernel.text_of(path("web"), "cgroup.procs"), std::to_string(roots));
}

TEST_F(ASystemDaemon, AsksForMoreThanControlWhereProcessesFromElsewhereAreToBeMoved) {
  kernel.given("web");
  polkit.granted = "org.cgroupd1.control";
  EXPECT_EQ(error_of([&] { call("AttachPids").withArguments(std::string("web"), std::vector<std::uint32_t>{1}); }),
            "NotAuthorized");
  stop();
  EXPECT_EQ(polkit.asked, std::vector<std::string>{"org.cgroupd1.administer"});
}

TEST_F(ASystemDaemon, LetsNoOwnerPruneOrUndoWhatIsOthers) {
  kernel.given("mine");
  ASSERT_TRUE(kernel.set_mark(path("mine"), "owner", "1001").has_value());
  uid = 0;
  using Declared = sdbus::Struct<std::string, Dictionary, Dictionary>;
  const auto apply = [&](const std::string& name, const Dictionary& options) {
    return error_of([&] { call("Apply").withArguments(std::vector<Declared>{Declared(name, {}, {})}, options); });
  };
  ASSERT_EQ(apply("roots", {}), "");
  uid = 1001;
  budget = true;
  EXPECT_EQ(apply("mine", {}), "");
  EXPECT_EQ(apply("mine", {{"prune", Variant(true)}}), "NotAuthorized");
  EXPECT_EQ(error_of([&] { call("Undo").withArguments(std::uint64_t{1}, Dictionary()); }), "NotAuthorized");
  stop();
  EXPECT_TRUE(kernel.exists(path("roots")));
  EXPECT_EQ(polkit.asked, (std::vector<std::string>{"org.cgroupd1.administer", "org.cgroupd1.administer"}));
}

TEST_F(ASystemDaemon, LetsAnOwnerWithABudgetDoWhatItLikesWithItsOwnAndNothingElse) {
  budget = true;
  kernel.given("web");
  kernel.given("mine");
  ASSERT_TRUE(kernel.set_mark(path("mine"), "owner", "1001").has_value());
  EXPECT_EQ(error_of([&] { set("mine", {{"pids.max", Variant(std::uint64_t{5})}}); }), "");
  EXPECT_EQ(plain_call("Freeze", "mine"), "");
  EXPECT_EQ(error_of([&] { create("mine/inner"); }), "");
  EXPECT_EQ(error_of([&] { create("new"); }), "");
  EXPECT_EQ(plain_call("Freeze", "web"), "NotAuthorized");
  EXPECT_EQ(error_of([&] { create("web/inner"); }), "NotAuthorized");
  EXPECT_EQ(error_of([&] { create("web", {}, {{"if_absent", Variant(true)}}); }), "NotAuthorized");
  EXPECT_EQ(error_of([&] { set("nosuch", {{"pids.max", Variant(std::uint64_t{5})}}); }), "NotAuthorized");
  using Declared = sdbus::Struct<std::string, Dictionary, Dictionary>;
  EXPECT_EQ(error_of([&] {
              call("Apply").withArguments(std::vector<Declared>{Declared("mine", {}, {}), Declared("web", {}, {})},
                                          Dictionary());
            }),
            "NotAuthorized");
  EXPECT_EQ(error_of([&] {
              call("Apply").withArguments(std::vector<Declared>{Declared("mine", {}, {}), Declared("../web", {}, {})},
                                          Dictionary());
            }),
            "NotAuthorized");
  budget = false;
  EXPECT_EQ(plain_call("Thaw", "mine"), "NotAuthorized");
}

class AnotherUsersDaemon : public AServedDaemon {
 protected:
  AnotherUsersDaemon()
      : AServedDaemon(
            [](Authorizer::World world) { return std::make_unique<Authorizer>(std::move(world), ::getuid() + 1); }) {}
};

TEST_F(AnotherUsersDaemon, ServesNobodyElse) {
  EXPECT_EQ(error_of([&] { create("web"); }), "NotAuthorized");
  EXPECT_EQ(error_of([&] { call("Get").withArguments(std::string("web")); }), "NotAuthorized");
  stop();
  EXPECT_FALSE(kernel.exists(path("web")));
  EXPECT_EQ(requests.lines, (std::vector<std::string>{"Create NotAuthorized", "Get NotAuthorized"}));
}

TEST(Actions, NeedAdministerWhenNobodyThoughtOfThem) {
  EXPECT_EQ(action_of_method("Get"), Action::inspect);
  EXPECT_EQ(action_of_method("Reload"), Action::administer);
  EXPECT_EQ(action_of_method("NoSuchMethod"), Action::administer);
}

}  // namespace
}  // namespace cgroupd
