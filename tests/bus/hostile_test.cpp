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

TEST_F(AServedDaemon, RefusesHugeArrays) {
  create("web");
  EXPECT_EQ(
      error_of([&] { call("AttachPids").withArguments(std::string("web"), std::vector<std::uint32_t>(1'000'000, 1)); }),
      "LimitExceeded");
  EXPECT_EQ(error_of([&] { call("Snapshot").withArguments(std::vector<std::string>(100'000, "memory.current")); }),
            "LimitExceeded");
  Dictionary limits;
  for (int i = 0; i < 20'000; ++i) limits.emplace("nosuch" + std::to_string(i), Variant(std::uint64_t{1}));
  EXPECT_EQ(error_of([&] { set("web", limits); }), "UnknownLimit");
  EXPECT_LT(message.size(), longest_message);
  EXPECT_EQ(error_of([&] { set("web", {{"memory.max", Variant(std::string(1'000'000, '9'))}}); }), "InvalidArgument");
  EXPECT_LT(message.size(), longest_message);
  EXPECT_EQ(error_of([&] { set("web", {}, {{std::string(1'000'000, 'x'), Variant(true)}}); }), "InvalidArgument");
  EXPECT_LT(message.size(), longest_message);
  EXPECT_EQ(error_of([&] {
              call("Unset").withArguments(std::string("web"), std::vector<std::string>(1, std::string(1'000'000, 'y')));
            }),
            "UnknownLimit");
  EXPECT_LT(message.size(), longest_message);
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
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of([&] { call("Get").withArguments(std::string("web")); }), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
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
