// Cgroups over the bus: looking, moving, removing, signals, properties.
#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bus/served_daemon.h"
#include "support/eventually.h"
#include "support/named.h"

namespace cgroupd {
namespace {

using sdbus::Variant;

TEST_F(AServedDaemon, TellsEverythingAboutACgroup) {
  create("web", {{"memory.max", Variant(std::string("64M"))}});
  Dictionary cgroup;
  call("Get").withArguments(std::string("web")).storeResultsTo(cgroup);
  const auto status = wire::decode_status(cgroup);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->name, "web");
  EXPECT_EQ(status->path, kernel.root_path() + "/web");
  EXPECT_EQ(print_value(status->limits.at(find_limit("memory.max"))), "67108864");
  EXPECT_TRUE(status->usage.contains("memory.current"));
  EXPECT_TRUE(status->events.contains("memory.oom_kill"));
  EXPECT_FALSE(status->populated);
}

TEST_F(AServedDaemon, ListsParentsBeforeChildren) {
  create("b/c");
  create("a");
  std::vector<Dictionary> all;
  call("List").storeResultsTo(all);
  std::vector<std::string> names;
  for (const auto& cgroup : all) names.push_back(cgroup.at("name").get<std::string>());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "b/c"}));
}

TEST_F(AServedDaemon, ListsForManyAtOnceAndNeverWhatWasBeforeTheyAsked) {
  constexpr int clients = 8;
  constexpr int rounds = 10;
  std::atomic<int> seen = 0;
  std::vector<std::thread> threads;
  for (int client = 0; client < clients; ++client) {
    threads.emplace_back([&seen, client] {
      const auto own = new_proxy();
      for (int round = 0; round < rounds; ++round) {
        const std::string name = "c" + std::to_string(client) + "-" + std::to_string(round);
        Dictionary in_force;
        own->callMethod("Create")
            .onInterface(wire::interface_name)
            .withArguments(name, Dictionary(), Dictionary())
            .storeResultsTo(in_force);
        std::vector<Dictionary> all;
        own->callMethod("List").onInterface(wire::interface_name).storeResultsTo(all);
        const bool is_there = std::ranges::any_of(
            all, [&](const Dictionary& cgroup) { return cgroup.at("name").get<std::string>() == name; });
        if (is_there) ++seen;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(seen, clients * rounds);
}

TEST_F(AServedDaemon, TellsALongHistoryWholeAndInOrder) {
  create("first");
  create("web");
  constexpr std::uint32_t changes = 100;
  for (std::uint32_t i = 0; i < changes; ++i)
    set("web", {{"pids.max", Variant(std::uint64_t{10 + i})}}, {{"runtime", Variant(true)}});
  const auto ids = [this](const Dictionary& query) {
    std::vector<Dictionary> entries;
    call("History").withArguments(query).storeResultsTo(entries);
    std::vector<std::uint64_t> all;
    for (const auto& entry : entries) all.push_back(entry.at("id").get<std::uint64_t>());
    return all;
  };
  const auto all = ids({{"most", Variant(std::uint32_t{1'000})}});
  EXPECT_EQ(all.size(), changes + 2);
  EXPECT_TRUE(std::ranges::is_sorted(all, std::greater()));
  EXPECT_EQ(ids({{"most", Variant(std::uint32_t{20})}}), std::vector(all.begin(), all.begin() + 20));
  EXPECT_EQ(ids({{"most", Variant(std::uint32_t{0})}}).size(), 0U);
  EXPECT_EQ(ids({{"name", Variant(std::string("first"))}}), std::vector(1, all.back())) << "far back";
  EXPECT_EQ(ids({{"before", Variant(all[99])}}), std::vector(all.begin() + 100, all.end()));
}

TEST_F(AServedDaemon, SnapshotsNumbersInTheOrderAskedFor) {
  create("web", {{"pids.max", Variant(std::string("20"))}});
  std::vector<std::string> names;
  std::vector<sdbus::Struct<std::string, std::vector<std::uint64_t>>> rows;
  call("Snapshot")
      .withArguments(std::vector<std::string>{"pids.max", "memory.max", "cgroup.events:populated"})
      .storeResultsTo(names, rows);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].get<0>(), "web");
  EXPECT_EQ(rows[0].get<1>(), (std::vector<std::uint64_t>{20, UINT64_MAX, 0}));
  EXPECT_EQ(error_of([&] {
              call("Snapshot").withArguments(std::vector<std::string>{"../../etc/passwd"}).storeResultsTo(names, rows);
            }),
            "InvalidArgument");
}

TEST_F(AServedDaemon, MovesProcessesAndSaysWhichDoesNotExist) {
  create("web");
  const auto pid = kernel.start(kernel.given("other"));
  ASSERT_TRUE(pid);
  call("AttachPids").withArguments(std::string("web"), std::vector<std::uint32_t>{static_cast<std::uint32_t>(*pid)});
  EXPECT_EQ(kernel.text_of(path("web"), "cgroup.procs"), std::to_string(*pid));
  EXPECT_EQ(
      error_of([&] { call("AttachPids").withArguments(std::string("web"), std::vector<std::uint32_t>{4'000'000}); }),
      "NotFound");
  EXPECT_NE(message.find("4000000"), std::string::npos);
}

TEST_F(AServedDaemon, RefusesToRemoveWhatIsPopulatedUnlessToldToKill) {
  create("web");
  const auto pid = kernel.start(path("web"));
  EXPECT_EQ(error_of([&] { call("Remove").withArguments(std::string("web"), Dictionary{}); }), "Busy");
  EXPECT_NE(message.find(std::to_string(*pid)), std::string::npos) << message;
  call("Remove").withArguments(std::string("web"), Dictionary{{"kill", Variant(true)}});
  EXPECT_FALSE(kernel.exists(path("web")));
  EXPECT_FALSE(kernel.is_alive(*pid));
}

TEST_F(AServedDaemon, FreezesThawsAndKills) {
  create("web");
  const auto pid = kernel.start(path("web"));
  call("Freeze").withArguments(std::string("web"));
  EXPECT_EQ(kernel.text_of(path("web"), "cgroup.freeze"), "1");
  call("Thaw").withArguments(std::string("web"));
  EXPECT_EQ(kernel.text_of(path("web"), "cgroup.freeze"), "0");
  call("Kill").withArguments(std::string("web"));
  EXPECT_FALSE(kernel.is_alive(*pid));
  EXPECT_EQ(error_of([&] { call("Freeze").withArguments(std::string("nosuch")); }), "NotFound");
}

// Listens on a connection of its own.
class Listener {
 public:
  explicit Listener(std::unique_ptr<sdbus::IProxy> proxy) : proxy_(std::move(proxy)) {
    on("Created").call([this](const std::string& name) { note("created " + name); });
    on("Removed").call([this](const std::string& name) { note("removed " + name); });
    on("LimitsChanged").call([this](const std::string& name, const std::map<std::string, Variant>& in_force) {
      note("limits " + name + " " + in_force.begin()->first);
    });
    proxy_->finishRegistration();
  }
  std::vector<std::string> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  bool hears(std::size_t signals) {
    return eventually([&] { return heard().size() == signals; });
  }

 private:
  sdbus::SignalSubscriber on(const std::string& signal) {
    auto subscriber = proxy_->uponSignal(signal);
    subscriber.onInterface(wire::interface_name);
    return subscriber;
  }
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(what);
  }
  std::mutex mutex_;
  std::vector<std::string> heard_;
  std::unique_ptr<sdbus::IProxy> proxy_;  // last: its thread uses all of the above
};

TEST_F(AServedDaemon, TellsWhoListensOfEveryChange) {
  Listener listener(new_proxy());
  create("web", {{"memory.max", Variant(std::string("64M"))}});
  ASSERT_TRUE(listener.hears(2));
  call("Remove").withArguments(std::string("web"), Dictionary{});
  ASSERT_TRUE(listener.hears(3));
  EXPECT_EQ(listener.heard(), (std::vector<std::string>{"created web", "limits web memory.max", "removed web"}));
}

TEST_F(AServedDaemon, TellsLastWhatIsSoNow) {
  Listener listener(new_proxy());
  const Values limits = {{&row("pids.max"), Value(Amount(std::uint64_t{7}))}};
  FakeTime time;
  SignalQueue queue(time);
  queue.connect(stopped_adaptor());
  queue.limits_changed(path("again"), limits);
  queue.removed(path("again"));
  queue.created(path("again"));
  queue.limits_changed(path("again"), limits);
  queue.created(path("brief"));
  queue.limits_changed(path("brief"), limits);
  queue.removed(path("brief"));
  queue.created(path("brief_again"));
  queue.removed(path("brief_again"));
  queue.created(path("brief_again"));
  time.pass(std::chrono::seconds(1));
  ASSERT_TRUE(listener.hears(6));
  EXPECT_EQ(listener.heard(), (std::vector<std::string>{"removed again", "created again", "limits again pids.max",
                                                        "created brief", "removed brief", "created brief_again"}));
}

TEST_F(AServedDaemon, HasItsProperties) {
  const Variant version = proxy->getProperty("Version").onInterface(wire::interface_name);
  EXPECT_EQ(version.get<std::string>(), "1.2.3");
  const Variant root = proxy->getProperty("DelegatedRoot").onInterface(wire::interface_name);
  EXPECT_EQ(root.get<std::string>(), kernel.root_path());
  const Variant controllers = proxy->getProperty("Controllers").onInterface(wire::interface_name);
  EXPECT_FALSE(controllers.get<std::vector<std::string>>().empty());
}

TEST_F(AServedDaemon, GivesADirectoryToStartProcessesIn) {
  create("web");
  sdbus::UnixFd directory;
  call("OpenDirectory").withArguments(std::string("web")).storeResultsTo(directory);
  EXPECT_TRUE(directory.isValid());
  EXPECT_EQ(error_of([&] { call("OpenDirectory").withArguments(std::string("nosuch")).storeResultsTo(directory); }),
            "NotFound");
}

}  // namespace
}  // namespace cgroupd
