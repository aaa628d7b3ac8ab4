// cgctl history: the table for people, the array for scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/times.h"
#include "fake_manager.h"

namespace cgroupd::client::test {
namespace {

using testing::ElementsAre;

CgroupPath named(std::string_view name) {
  return CgroupPath::parse(name).value();
}

HistoryChange changed(std::string_view cgroup, std::string_view file, std::string_view before, std::string_view after) {
  const Limit* const limit = find_limit(file);
  return {.cgroup = named(cgroup),
          .limit = limit,
          .before = parse_value(*limit, before).value(),
          .after = parse_value(*limit, after).value()};
}

std::vector<HistoryEntry> some_entries() {
  return {
      {.id = 13,
       .time = noon,
       .who = {.uid = 1000, .pid = 4711, .unit = "app.scope", .command = "cgctl"},
       .cause = Cause::undo,
       .undoes = 12,
       .changes = {changed("web", "memory.max", "50331648", "67108864")}},
      {.id = 12,
       .time = noon,
       .who = {.uid = 4242},
       .cause = Cause::file,
       .made = {named("web")},
       .removed = {named("old")},
       .changes = {changed("web", "memory.max", "max", "50331648"),
                   changed("web", "cpu.max", "max 100000", "200000 100000")}},
      {.id = 11, .time = noon, .who = {}, .cause = Cause::lease, .changes = {changed("b", "pids.max", "7", "max")}}};
}

TEST(TheHistory, IsATableOfWhoChangedWhat) {
  FakeDaemon daemon;
  daemon.entries = some_entries();
  daemon.entries.push_back(
      {.id = 10, .time = noon, .who = {}, .cause = Cause::user, .changes = {changed("b", "pids.max", "7", "7")}});
  const std::string when = print_local_time(noon);
  EXPECT_EQ(cgctl(daemon, {"history"}).out,
            "ID  WHEN                 WHO                       CAUSE  WHAT\n"
            "13  " +
                when +
                "  dev (cgctl in app.scope)  undo   takes back 12\n"
                "                                                          web memory.max 48M -> 64M\n"
                "12  " +
                when +
                "  4242                      file   web created\n"
                "                                                          web memory.max max -> 48M\n"
                "                                                          web cpu.max max -> 2 CPUs\n"
                "                                                          old removed\n"
                "11  " +
                when +
                "  cgroupd                   lease  b pids.max 7 -> max\n"
                "10  " +
                when + "  cgroupd                   user   b pids.max stays 7\n");
}

TEST(TheHistory, IsAskedForOneCgroupAndForTheLatestChanges) {
  FakeDaemon daemon;
  EXPECT_EQ(cgctl(daemon, {"history", "web", "--last", "5"}).out, "no changes of web are known\n");
  EXPECT_EQ(cgctl(daemon, {"history"}).status, 0);
  EXPECT_THAT(daemon.asked, ElementsAre("history web most 5", "history most 100"));
}

TEST(TheHistory, HasStableKeysForScripts) {
  FakeDaemon daemon;
  daemon.entries = some_entries();
  EXPECT_EQ(
      cgctl(daemon, {"history", "--json"}).out,
      R"([{"id":13,"time":"2026-11-24T12:00:00.000000Z","time_usec":1795521600000000,"cause":"undo","uid":1000,"pid":4711,)"
      R"("unit":"app.scope","command":"cgctl","undoes":12,"made":[],"removed":[],"changes":[)"
      R"({"cgroup":"web","limit":"memory.max","before":50331648,"after":67108864}]},)"
      R"({"id":12,"time":"2026-11-24T12:00:00.000000Z","time_usec":1795521600000000,"cause":"file","uid":4242,)"
      R"("made":["web"],"removed":["old"],"changes":[)"
      R"({"cgroup":"web","limit":"memory.max","before":"max","after":50331648},)"
      R"({"cgroup":"web","limit":"cpu.max","before":{"quota_us":"max","period_us":100000},)"
      R"("after":{"quota_us":200000,"period_us":100000}}]},)"
      R"({"id":11,"time":"2026-11-24T12:00:00.000000Z","time_usec":1795521600000000,"cause":"lease","made":[],"removed":[],)"
      R"("changes":[{"cgroup":"b","limit":"pids.max","before":7,"after":"max"}]}])"
      "\n");
  daemon.entries.clear();
  EXPECT_EQ(cgctl(daemon, {"history", "--json"}).out, "[]\n");
}

TEST(TheHistory, ShowsNothingThatATerminalObeys) {
  FakeDaemon daemon;
  daemon.entries = {{.id = 1, .who = {.uid = 1000, .command = "\x1b[31mevil"}}};
  EXPECT_THAT(cgctl(daemon, {"history"}).out, testing::HasSubstr("dev (\\x1b[31mevil)"));
}

TEST(TheHistory, IsRefusedInOneLine) {
  FakeDaemon daemon;
  daemon.bus_refusal = Error{.code = ErrorCode::unreachable, .message = "no cgroupd"};
  const auto said = cgctl(daemon, {"history"});
  EXPECT_EQ(said.status, 3);
  EXPECT_EQ(said.err, "cgctl: no cgroupd\n");
}

}  // namespace
}  // namespace cgroupd::client::test
