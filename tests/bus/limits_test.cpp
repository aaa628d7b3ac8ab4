// Limits over the bus: types in, types out, errors by name.
#include "bus/served_daemon.h"
#include "dbus/raw_message.h"
#include "support/named.h"

namespace cgroupd {
namespace {

using sdbus::Variant;
using QuotaAndPeriod = sdbus::Struct<std::uint64_t, std::uint64_t>;

TEST_F(AServedDaemon, CreatesACgroupWithItsLimits) {
  const auto in_force =
      create("web", {{"memory.max", Variant(std::uint64_t{64U << 20U})}, {"pids.max", Variant(std::uint32_t{20})}});
  EXPECT_EQ(in_force.at("memory.max").get<std::uint64_t>(), 64U << 20U);
  EXPECT_EQ(kernel.text_of(path("web"), "memory.max"), "67108864");
  EXPECT_EQ(kernel.text_of(path("web"), "pids.max"), "20");
}

TEST_F(AServedDaemon, TakesTextInCgctlsGrammar) {
  create("web", {{"memory.max", Variant(std::string("64M"))},
                 {"cpu.max", Variant(std::string("0.5"))},
                 {"pids.max", Variant(std::string("max"))}});
  EXPECT_EQ(kernel.text_of(path("web"), "memory.max"), "67108864");
  EXPECT_EQ(kernel.text_of(path("web"), "cpu.max"), "50000 100000");
  EXPECT_EQ(kernel.text_of(path("web"), "pids.max"), "max");
}

TEST_F(AServedDaemon, TakesQuotaAndPeriodAsAPair) {
  create("web");
  const auto in_force = set("web", {{"cpu.max", Variant(QuotaAndPeriod(30'000, 60'000))}});
  EXPECT_EQ(kernel.text_of(path("web"), "cpu.max"), "30000 60000");
  EXPECT_EQ(in_force.at("cpu.max").get<QuotaAndPeriod>(), QuotaAndPeriod(30'000, 60'000));
}

TEST_F(AServedDaemon, AnswersMaxAsAWord) {
  create("web", {{"memory.max", Variant(std::string("64M"))}});
  EXPECT_EQ(set("web", {{"memory.max", Variant(std::string("max"))}}).at("memory.max").get<std::string>(), "max");
}

TEST_F(AServedDaemon, AnswersOnlyTheLimitsNamedAndLeavesTheOthers) {
  create("web", {{"memory.max", Variant(std::string("64M"))}, {"pids.max", Variant(std::string("20"))}});
  const auto in_force = set("web", {{"memory.max", Variant(std::string("48M"))}});
  EXPECT_EQ(in_force.size(), 1U);
  EXPECT_EQ(kernel.text_of(path("web"), "pids.max"), "20");
}

TEST_F(AServedDaemon, AnswersALimitThatIsInForceAlreadyWithoutWritingIt) {
  create("web", {{"memory.max", Variant(std::string("64M"))}});
  kernel.forget_accesses();
  EXPECT_EQ(set("web", {{"memory.max", Variant(std::string("64M"))}}).at("memory.max").get<std::uint64_t>(),
            64U << 20U);
  stop();
  EXPECT_TRUE(kernel.writes().empty());
}

TEST_F(AServedDaemon, ShowsAPlanAndChangesNothing) {
  create("web", {{"memory.max", Variant(std::string("64M"))}});
  const auto answer = set("web", {{"memory.max", Variant(std::string("128M"))}}, {{"plan", Variant(true)}});
  EXPECT_EQ(answer.at("plan").get<std::vector<std::string>>(),
            std::vector<std::string>{"web memory.max 67108864 -> 134217728"});
  EXPECT_EQ(kernel.text_of(path("web"), "memory.max"), "67108864");
}

TEST_F(AServedDaemon, RefusesByNameAndChangesNothing) {
  create("web", {{"memory.max", Variant(std::string("64M"))}});
  const Dictionary good = {{"memory.max", Variant(std::string("32M"))}};
  EXPECT_EQ(error_of([&] { set("nosuch", good); }), "NotFound");
  EXPECT_EQ(error_of([&] { set("../evil", good); }), "InvalidArgument");
  EXPECT_EQ(error_of([&] { set("web", {{"memory.mx", Variant(std::uint64_t{1})}}); }), "UnknownLimit");
  EXPECT_NE(message.find("memory.max"), std::string::npos);
  EXPECT_EQ(error_of([&] { set("web", {{"memory.max", Variant(std::string("64Q"))}}); }), "InvalidArgument");
  EXPECT_EQ(error_of([&] { set("web", {{"memory.max", Variant(std::int64_t{-1})}}); }), "OutOfRange");
  EXPECT_EQ(error_of([&] { set("web", {{"memory.max", Variant(std::uint64_t{1})}}); }), "OutOfRange");
  EXPECT_EQ(error_of([&] { set("web", {{"memory.max", Variant(2.5)}}); }), "InvalidArgument");
  EXPECT_EQ(error_of([&] {
              set("web", {{"memory.max", Variant(std::vector<std::string>{"64M"})}});
            }),
            "InvalidArgument");
  EXPECT_EQ(error_of([&] { set("web", good, {{"forse", Variant(true)}}); }), "InvalidArgument");
  EXPECT_EQ(error_of([&] { set("web", good, {{"force", Variant(std::string("yes"))}}); }), "InvalidArgument");
  EXPECT_EQ(error_of([&] { create("web"); }), "AlreadyExists");
  EXPECT_EQ(error_of([&] { create("supervisor"); }), "InvalidArgument");
  EXPECT_EQ(kernel.text_of(path("web"), "memory.max"), "67108864");
}

TEST_F(AServedDaemon, TakesNumbersOfEveryType) {
  create("web");
  const auto takes = [&](const Variant& value, const std::string& text) {
    set("web", {{"pids.max", value}});
    EXPECT_EQ(kernel.text_of(path("web"), "pids.max"), text);
  };
  takes(Variant(std::uint64_t{21}), "21");
  takes(Variant(std::uint32_t{22}), "22");
  takes(Variant(std::uint16_t{23}), "23");
  takes(Variant(std::uint8_t{24}), "24");
  takes(Variant(std::int64_t{25}), "25");
  takes(Variant(std::int32_t{26}), "26");
  takes(Variant(std::int16_t{27}), "27");
  set("web", {{"memory.oom.group", Variant(true)}, {"cpu.max", Variant(std::uint64_t{20'000})}});
  EXPECT_EQ(kernel.text_of(path("web"), "memory.oom.group"), "1");
  EXPECT_EQ(kernel.text_of(path("web"), "cpu.max"), "20000 100000");
}

TEST_F(AServedDaemon, RefusesAnOptionOfATypeThatNoneHas) {
  create("web");
  EXPECT_EQ(
      error_of([&] {
        set("web", {{"pids.max", Variant(std::uint64_t{5})}}, {{"force", Variant(std::vector<std::string>{"yes"})}});
      }),
      "InvalidArgument");
  EXPECT_NE(message.find("'force'"), std::string::npos);
  EXPECT_EQ(kernel.text_of(path("web"), "pids.max"), "max");
}

// A dictionary of D-Bus may say a key twice, one of ours may not.
TEST_F(AServedDaemon, RefusesWhatIsNamedTwice) {
  create("web", {{"pids.max", Variant(std::uint64_t{20})}});
  const auto say = [&](int limits, int options) {
    auto twice = proxy->createMethodCall(wire::interface_name, "SetLimits");
    sd_bus_message* const raw = raw_message(twice);
    sd_bus_message_append(raw, "s", "web");
    sd_bus_message_open_container(raw, 'a', "{sv}");
    for (int i = 0; i < limits; ++i) sd_bus_message_append(raw, "{sv}", "pids.max", "t", std::uint64_t{30});
    sd_bus_message_close_container(raw);
    sd_bus_message_open_container(raw, 'a', "{sv}");
    for (int i = 0; i < options; ++i) sd_bus_message_append(raw, "{sv}", "force", "b", 1);
    sd_bus_message_close_container(raw);
    return error_of([&] { proxy->callMethod(twice); });
  };
  EXPECT_EQ(say(2, 0), "InvalidArgument");
  EXPECT_EQ(say(1, 2), "InvalidArgument");
  EXPECT_EQ(kernel.text_of(path("web"), "pids.max"), "20");
  EXPECT_EQ(say(1, 1), "");
  EXPECT_EQ(kernel.text_of(path("web"), "pids.max"), "30");
}

TEST_F(AServedDaemon, MakesNothingWhenOneOfTheLimitsCannotBeSet) {
  EXPECT_EQ(
      error_of([&] {
        create("web", {{"cpu.max", Variant(std::string("0.5"))}, {"cpu.max.burst", Variant(std::uint64_t{60'000})}});
      }),
      "OutOfRange");
  EXPECT_FALSE(kernel.exists(path("web")));
}

TEST_F(AServedDaemon, UnsetsLimits) {
  create("web", {{"memory.max", Variant(std::string("64M"))}, {"cpu.weight", Variant(std::uint64_t{50})}});
  Dictionary in_force;
  call("Unset")
      .withArguments(std::string("web"), std::vector<std::string>{"memory.max", "cpu.weight"})
      .storeResultsTo(in_force);
  EXPECT_EQ(in_force.at("memory.max").get<std::string>(), "max");
  EXPECT_EQ(in_force.at("cpu.weight").get<std::uint64_t>(), 100U);
}

TEST_F(AServedDaemon, CountsItsRequestsByOutcome) {
  create("web");
  error_of([&] { create("web"); });
  stop();
  EXPECT_EQ(requests.lines, (std::vector<std::string>{"Create", "Create AlreadyExists"}));
}

}  // namespace
}  // namespace cgroupd
