// Callers that mean no good: refused with a clear error, and bounded in what they can make the daemon do.
#include <chrono>
#include <string>
#include <vector>

#include "bus/served_daemon.h"

namespace cgroupd {
namespace {

using sdbus::Variant;

constexpr std::size_t longest_message = 2000;

TEST_F(AServedDaemon, RefusesNamesOfAnySizeAndShapeWithAShortSentence) {
  std::vector<std::string> names = {"",      "/",          "..",   "a/..",           "a//b",         "./a",
                                    "a/",    "/a",         "a\nb", "\x1b[31m",       "cgroup.procs", "memory.max",
                                    "a/b/.", "supervisor", "a b",  "supervisor/web", "-rf",          "web/cgroup.kill"};
  names.emplace_back(100'000, 'a');
  names.emplace_back();
  for (int i = 0; i < 5'000; ++i) names.back() += "a/";
  names.back() += "a";
  for (const auto& name : names) {
    const auto shown = name.substr(0, 40);
    EXPECT_EQ(error_of([&] { create(name); }), "InvalidArgument") << shown;
    EXPECT_LT(message.size(), longest_message) << shown;
    for (const std::string method : {"Freeze", "Thaw", "Kill", "Get", "OpenDirectory"}) {
      EXPECT_EQ(error_of([&] { call(method).withArguments(name); }), "InvalidArgument") << method << " " << shown;
    }
  }
  stop();
  EXPECT_TRUE(kernel.writes().empty());
}

// The words are ours: sd-bus would look at 30,000 levels before it answered with its own.
TEST_F(AServedDaemon, DoesNotSearchForObjectsFarDownInTheTree) {
  std::string path;
  while (path.size() < 60'000) path += "/a";
  const auto far_down = sdbus::createProxy(sdbus::createSessionBusConnection(), wire::service_name, path);
  const std::string method = "Get";
  EXPECT_EQ(error_of([&] {
              far_down->callMethod(method).onInterface(wire::interface_name).withArguments(std::string("web"));
            }),
            "org.freedesktop.DBus.Error.UnknownObject");
  EXPECT_EQ(message, "no object here has such a long path");
}

TEST_F(AServedDaemon, RefusesHugeArrays) {
  create("web");
  EXPECT_EQ(
      error_of([&] { call("AttachPids").withArguments(std::string("web"), std::vector<std::uint32_t>(1'000'000, 1)); }),
      "LimitExceeded");
  EXPECT_EQ(error_of([&] { call("Snapshot").withArguments(std::vector<std::string>(100'000, "memory.current")); }),
            "LimitExceeded");
}

// What is too large is refused as such, and what is merely large for what is wrong in it; shortly both.
TEST_F(AServedDaemon, RefusesHugeValuesAndMany) {
  create("web");
  const auto unset = [&](std::size_t length) {
    call("Unset").withArguments(std::string("web"), std::vector<std::string>(1, std::string(length, 'y')));
  };
  for (const auto& [length, count, code] :
       {std::tuple(1'000'000, 20'000, "LimitExceeded"), std::tuple(100'000, 1'000, "")}) {
    const std::string too_large = code;
    const auto expected = [&](const std::string& otherwise) { return too_large.empty() ? otherwise : too_large; };
    const auto size = static_cast<std::size_t>(length);
    Dictionary limits;
    for (int i = 0; i < count; ++i) limits.emplace("nosuch" + std::to_string(i), Variant(std::uint64_t{1}));
    // (The first that is none is told at once: nothing behind it is read.)
    EXPECT_EQ(error_of([&] { set("web", limits); }), "UnknownLimit");
    EXPECT_LT(message.size(), longest_message);
    EXPECT_EQ(error_of([&] {
                set("web", {{"memory.max", Variant(std::string(size, '9'))}});
              }),
              expected("InvalidArgument"));
    EXPECT_LT(message.size(), longest_message);
    EXPECT_EQ(error_of([&] {
                set("web", {}, {{std::string(size, 'x'), Variant(true)}});
              }),
              expected("InvalidArgument"));
    EXPECT_LT(message.size(), longest_message);
    EXPECT_EQ(error_of([&] { unset(size); }), expected("UnknownLimit"));
    EXPECT_LT(message.size(), longest_message);
  }
}

TEST_F(AServedDaemon, TakesAFileOfAThousandCgroups) {
  using Declared = sdbus::Struct<std::string, Dictionary, Dictionary>;
  std::vector<Declared> cgroups;
  for (int i = 0; i < 1'000; ++i) {
    cgroups.emplace_back("team/service-with-a-name/" + std::to_string(i),
                         Dictionary{{"memory.max", Variant(std::uint64_t{1} << 30U)},
                                    {"memory.high", Variant(std::uint64_t{1} << 29U)},
                                    {"memory.swap.max", Variant(std::uint64_t{0})},
                                    {"cpu.max", Variant(std::string("max"))},
                                    {"pids.max", Variant(std::uint64_t{500})}},
                         Dictionary{});
  }
  EXPECT_EQ(error_of([&] { call("Apply").withArguments(cgroups, Dictionary{{"plan", Variant(true)}}); }), "");
}

TEST_F(AServedDaemon, AnswersOneWhileAnotherWaitsForAThousandAnswers) {
  create("web");
  const auto greedy = sdbus::createSessionBusConnection();
  greedy->enterEventLoopAsync();
  const auto many = sdbus::createProxy(*greedy, wire::service_name, wire::object_path);
  constexpr int asked = 1'000;
  std::atomic<int> answered = 0;
  for (int i = 0; i < asked; ++i) {
    many->callMethodAsync("List")
        .onInterface(wire::interface_name)
        .uponReplyInvoke(
            [&](const sdbus::Error* /*error*/, const std::vector<Dictionary>& /*cgroups*/) { ++answered; });
  }
  EXPECT_EQ(error_of([&] { call("Get").withArguments(std::string("web")); }), "");
  EXPECT_LT(answered, asked) << "the one did not wait for all of the other's";
  greedy->leaveEventLoop();
}

TEST_F(AServedDaemon, AnswersOthersWhileSomebodyFloodsItAndNeverReads) {
  create("web");
  // No loop serves this connection: replies to it are never read.
  const auto deaf = sdbus::createSessionBusConnection();
  const auto flood = sdbus::createProxy(*deaf, wire::service_name, wire::object_path);
  for (int i = 0; i < 3'000; ++i) {
    try {
      flood->callMethodAsync("List")
          .onInterface(wire::interface_name)
          .uponReplyInvoke([](const sdbus::Error* /*error*/, const std::vector<Dictionary>& /*cgroups*/) {});
    } catch (const sdbus::Error&) {
      break;  // the bus has had enough of it
    }
  }
  EXPECT_EQ(error_of([&] { call("Get").withArguments(std::string("web")); }), "");
  EXPECT_EQ(set("web", {{"pids.max", Variant(std::uint64_t{7})}}).at("pids.max").get<std::uint64_t>(), 7U);
}

TEST_F(AServedDaemon, KnowsNoMethodAndTakesNoArgumentsThatAreNotInTheContract) {
  EXPECT_EQ(error_of([&] { call("Exec").withArguments(std::string("id")); }),
            "org.freedesktop.DBus.Error.UnknownMethod");
  EXPECT_EQ(error_of([&] { call("Freeze"); }), "org.freedesktop.DBus.Error.InvalidArgs");
  EXPECT_EQ(error_of([&] { call("Create").withArguments(std::uint64_t{1}); }),
            "org.freedesktop.DBus.Error.InvalidArgs");
  EXPECT_NE(error_of([&] {
              proxy->setProperty("DelegatedRoot").onInterface(wire::interface_name).toValue(std::string("/"));
            }),
            "");
}

}  // namespace
}  // namespace cgroupd
