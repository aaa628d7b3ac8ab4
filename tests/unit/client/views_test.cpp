// Text for people and JSON for scripts, from the same status.
#include "client/views.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/json.h"
#include "client/text.h"
#include "fake_manager.h"

namespace cgroupd::client::test {
namespace {

using testing::HasSubstr;
using testing::Not;

CgroupStatus web() {
  return {.name = "web",
          .path = "/sys/fs/cgroup/tree/web",
          .limits = {in_force("memory.max", "67108864"), in_force("memory.high", "max"),
                     in_force("memory.oom.group", "1"), in_force("cpu.max", "max 100000"), in_force("pids.max", "20"),
                     in_force("cpuset.cpus", "0-1"), in_force("io.weight", "default 100\n8:0 200"),
                     in_force("io.max", "8:0 rbps=1048576 wbps=max riops=max wiops=max")},
          .usage = {{"memory.current", 12'897'484},
                    {"pids.current", 19},
                    {"cpu.usage_usec", 1'234'567},
                    {"cpu.nr_throttled", 0}},
          .events = {{"memory.oom_kill", 2}, {"memory.max", 0}},
          .populated = true};
}

TEST(Json, OfACgroupIsAsDocumented) {
  EXPECT_EQ(
      json_of(web()),
      R"({"name":"web","path":"/sys/fs/cgroup/tree/web","limits":{"memory.max":67108864,"memory.high":"max",)"
      R"("memory.oom.group":1,"cpu.max":{"quota_us":"max","period_us":100000},"pids.max":20,"cpuset.cpus":"0-1",)"
      R"("io.weight":{"default":100,"8:0":200},)"
      R"("io.max":{"8:0":{"rbps":1048576,"wbps":"max","riops":"max","wiops":"max"}}},)"
      R"("usage":{"cpu.nr_throttled":0,"cpu.usage_usec":1234567,"memory.current":12897484,"pids.current":19},)"
      R"("events":{"memory.max":0,"memory.oom_kill":2},"populated":true,"frozen":false,"desired":{},"drift":"repair","drifted":[]})");
}

TEST(Json, OfNothingIsAnEmptyArrayAndEmptyObjects) {
  EXPECT_EQ(json_of(std::vector<CgroupStatus>{}), "[]");
  EXPECT_EQ(
      json_of(std::vector{CgroupStatus{.name = "a", .path = "/a"}}),
      R"([{"name":"a","path":"/a","limits":{},"usage":{},"events":{},"populated":false,"frozen":false,"desired":{},)"
      R"("drift":"repair","drifted":[]}])");
}

TEST(Json, SurvivesBytesThatAreNoUtf8) {
  EXPECT_THAT(json_of(CgroupStatus{.name = "a\xff\"\n", .path = "/"}), HasSubstr("\"a\xef\xbf\xbd\\\"\\n\""));
}

TEST(TheViewOfACgroup, HasUseAndHeadroomOfEachLimitAndOnlyWhatIsSet) {
  EXPECT_EQ(show_view(web(), {}, noon),
            "web\n"
            "  path      /sys/fs/cgroup/tree/web\n"
            "  state     populated\n"
            "  cpu time  1s234ms\n"
            "  events    memory.oom_kill 2\n"
            "\n"
            "  LIMIT             IN FORCE              USED         HEADROOM\n"
            "  memory.max        64M                   12.3M (19%)  51.7M\n"
            "  memory.oom.group  yes\n"
            "  cpu.max           max\n"
            "  pids.max          20                    19 (95%)     1\n"
            "  cpuset.cpus       0-1\n"
            "  io.weight         default 100, 8:0 200\n"
            "  io.max            8:0 rbps=1M\n");
}

TEST(TheViewOfACgroup, IsColouredOnlyWhenWanted) {
  EXPECT_THAT(show_view(web(), {}, noon), Not(HasSubstr("\x1b")));
  EXPECT_THAT(show_view(web(), {.colour = true}, noon), HasSubstr("\x1b[31m19 (95%)\x1b[0m"));
}

TEST(TheViewOfACgroup, WithoutAnyControllerStillStands) {
  EXPECT_EQ(show_view({.name = "a", .path = "/a"}, {}, noon), "a\n  path   /a\n  state  empty\n");
}

// Asked for in every way there is: by a lease, by a file and by a user, of which two are not in force.
CgroupStatus asked_for() {
  const auto wanted = [](std::string_view file, std::string_view text, Origin origin) {
    const auto [limit, value] = in_force(file, text);
    return std::pair(limit, DesiredLimit{.value = value, .origin = origin});
  };
  CgroupStatus status = {.name = "web",
                         .path = "/sys/fs/cgroup/tree/web",
                         .limits = {in_force("memory.max", "1073741824"), in_force("cpu.max", "400000 100000"),
                                    in_force("pids.max", "max")},
                         .drift = DriftPolicy::report};
  status.desired = {wanted("memory.max", "67108864", Origin::user), wanted("cpu.max", "400000 100000", Origin::lease),
                    wanted("cpu.weight", "50", Origin::file)};
  auto& lease = status.desired.at(find_limit("cpu.max"));
  lease.ends = noon + std::chrono::seconds(598);
  lease.afterwards = in_force("cpu.max", "200000 100000").second;
  return status;
}

TEST(TheViewOfACgroup, HasWhatWasAskedForAndWhatIsLeftOfALease) {
  EXPECT_EQ(show_view(asked_for(), {}, noon),
            "web\n"
            "  path   /sys/fs/cgroup/tree/web\n"
            "  state  empty, drifted\n"
            "  drift  report\n"
            "\n"
            "  LIMIT       IN FORCE                    USED  HEADROOM  ASKED FOR BY\n"
            "  memory.max  1G                                          drifted: 64M wanted, user\n"
            "  cpu.max     4 CPUs (400ms every 100ms)                  lease, 9m 58s left, then 2 CPUs\n"
            "  cpu.weight  -                                           drifted: 50 wanted, file\n"
            "  pids.max    max\n");
}

TEST(TheViewOfACgroup, HasTheWeightThatRestsWhileItIsIdle) {
  auto status = asked_for();
  status.limits.insert(in_force("cpu.weight", "0"));
  status.limits.insert(in_force("cpu.idle", "1"));
  EXPECT_THAT(show_view(status, {}, noon), HasSubstr(" file: 50 rests while it is idle\n"));
}

TEST(TheList, MarksACgroupThatDrifted) {
  EXPECT_THAT(list_view(std::vector{asked_for()}, {}), HasSubstr(" empty, drifted\n"));
  auto status = asked_for();
  status.desired.erase(find_limit("memory.max"));
  status.desired.erase(find_limit("cpu.weight"));
  EXPECT_THAT(list_view(std::vector{status}, {}), HasSubstr(" empty\n"));
}

TEST(Json, HasWhatWasAskedForByWhomAndUntilWhen) {
  EXPECT_THAT(json_of(asked_for()),
              HasSubstr(R"("desired":{"memory.max":{"value":67108864,"origin":"user"},)"
                        R"("cpu.max":{"value":{"quota_us":400000,"period_us":100000},"origin":"lease",)"
                        R"("ends":"2026-11-24T12:09:58.000000Z","ends_usec":1795522198000000,)"
                        R"("afterwards":{"quota_us":200000,"period_us":100000}},)"
                        R"("cpu.weight":{"value":50,"origin":"file"}},)"
                        R"("drift":"report","drifted":["memory.max","cpu.weight"]})"));
}

TEST(TheList, LinesUpAndSaysWhereAControllerIsMissing) {
  const std::vector<CgroupStatus> both = {web(), {.name = "batch/nightly", .path = "/b", .frozen = true}};
  EXPECT_EQ(list_view(both, {}),
            "NAME           MEMORY  MEMORY.MAX  CPUS  PIDS  PIDS.MAX  STATE\n"
            "web            12.3M   64M         max   19    20        populated\n"
            "batch/nightly  -       -           -     -     -         frozen\n");
}

TEST(TheTree, IsDrawnInTheTerminalsLetters) {
  const auto named = [](const std::string& name) {
    return CgroupStatus{.name = name, .path = "/sys/fs/cgroup/tree/" + name};
  };
  const std::vector<CgroupStatus> all = {named("a"), named("a/b"), named("a/b/c"), named("a/d"), named("e")};
  const std::string rest = " memory -/-  pids -/-  cpus -  empty\n";
  EXPECT_EQ(tree_view(all, {}), "/sys/fs/cgroup/tree\n|- a       " + rest + "|  |- b    " + rest + "|  |  `- c " +
                                    rest + "|  `- d    " + rest + "`- e       " + rest);
  EXPECT_THAT(tree_view(all, {.utf8 = true}), HasSubstr("│  │  └─ c "));
}

TEST(Escaping, ShowsNothingThatATerminalObeys) {
  EXPECT_EQ(escaped("web/größe 日本"), "web/größe 日本");
  EXPECT_EQ(escaped("a\tb\r\n\x1b[0m\x7f"), "a\\x09b\\x0d\\x0a\\x1b[0m\\x7f");
  EXPECT_EQ(escaped("\xff\xc0\xaf\xed\xa0\x80\xc2\x9b"), "\\xff\\xc0\\xaf\\xed\\xa0\\x80\\xc2\\x9b");
  EXPECT_EQ(escaped("cut \xe6\x97"), "cut \\xe6\\x97");
  EXPECT_EQ(escaped("a\nb", true), "a\nb");
}

TEST(Width, CountsLettersNotBytesAndNoColours) {
  EXPECT_EQ(width_of("µs"), 2U);
  EXPECT_EQ(width_of(coloured("abc", Colour::red, true)), 3U);
  EXPECT_EQ(padded("µ", 3), "µ  ");
}

}  // namespace
}  // namespace cgroupd::client::test
