// cgctl watch: a sentence or a JSON object for each event.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/event_view.h"
#include "client/times.h"
#include "fake_manager.h"

namespace cgroupd::client::test {
namespace {

using testing::HasSubstr;

Event drifted(const std::string& action, decltype(Event::details) more = {}) {
  Event event = {.kind = EventKind::drifted,
                 .cgroup = "web",
                 .limit = "memory.max",
                 .details = {{"found", "1073741824"}, {"wanted", "67108864"}, {"action", action}}};
  event.details.merge(more);
  return event;
}

TEST(AnEvent, IsASentence) {
  EXPECT_EQ(event_line({.kind = EventKind::created, .cgroup = "web"}), "web: created");
  EXPECT_EQ(event_line({.kind = EventKind::removed, .cgroup = "web"}), "web: removed");
  EXPECT_EQ(event_line({.kind = EventKind::limits_changed,
                        .cgroup = "web",
                        .in_force = {in_force("memory.max", "67108864"), in_force("cpu.max", "200000 100000")}}),
            "web: memory.max 64M, cpu.max 2 CPUs");
  EXPECT_EQ(event_line({.kind = EventKind::lease_ended,
                        .cgroup = "web",
                        .limits = {"cpu.max", "pids.max"},
                        .details = {{"reason", "over"}}}),
            "web: the lease of cpu.max, pids.max is over");
  EXPECT_EQ(event_line({.kind = EventKind::lease_ended,
                        .cgroup = "web",
                        .limits = {"cpu.max"},
                        .details = {{"reason", "replaced"}}}),
            "web: the lease of cpu.max was replaced");
  EXPECT_EQ(event_line({.kind = EventKind::pressure,
                        .cgroup = "web",
                        .limit = "memory.high",
                        .details = {{"action", "lifted"}, {"before", "67108864"}}}),
            "web: memory.high 64M had stopped the cgroup and was lifted");
}

TEST(Drift, SaysWhatWasFoundWhatWasWantedAndWhatWasDone) {
  const std::string begin = "web: memory.max was changed to 1G, ";
  EXPECT_EQ(event_line(drifted("repaired", {{"likely_writer", "probably crun (4711)"}})),
            begin + "put back to 64M; by whom: probably crun (4711)");
  EXPECT_EQ(event_line(drifted("reported")), begin + "left so; wanted is 64M");
  EXPECT_EQ(event_line(drifted("adopted")), begin + "which is wanted from now on instead of 64M");
  EXPECT_EQ(event_line(drifted("fighting", {{"retry_usec", std::uint64_t{4'000'000}}})),
            begin + "again and again; 64M is put back in 4s");
  EXPECT_EQ(event_line(drifted("failed", {{"reason", "EBUSY"}, {"retry_usec", std::uint64_t{60'000'000}}})),
            begin + "and putting 64M back failed: EBUSY; again in 1m");
  EXPECT_EQ(event_line(drifted("pondered")), begin + "wanted is 64M (pondered)");
}

TEST(Watch, WritesALineForEachEventUntilItIsInterrupted) {
  FakeDaemon daemon;
  daemon.events = {{.kind = EventKind::created, .cgroup = "web"}, drifted("repaired")};
  const auto said = cgctl(daemon, {"watch"});
  const std::string when = print_local_time(noon) + "  ";
  EXPECT_EQ(said.status, 0);
  EXPECT_EQ(said.out, when + "web: created\n" + when + "web: memory.max was changed to 1G, put back to 64M\n");
}

TEST(Watch, OfACgroupTellsOfItAndWhatIsBeneathAndOfTheDaemon) {
  FakeDaemon daemon;
  for (const auto* const name : {"web", "web/db", "website", "other", "a\xff"}) {
    daemon.events.push_back({.kind = EventKind::created, .cgroup = name});
  }
  daemon.events.push_back({.kind = EventKind::daemon_gone});
  daemon.events.push_back({.kind = EventKind::daemon_back});
  const std::string when = print_local_time(noon) + "  ";
  EXPECT_EQ(cgctl(daemon, {"watch", "web"}).out, when + "web: created\n" + when + "web/db: created\n" + when +
                                                     "cgroupd is gone; waiting until it is back\n" + when +
                                                     "cgroupd is back\n");
}

TEST(Watch, GivesScriptsOneObjectALine) {
  FakeDaemon daemon;
  daemon.events = {
      {.kind = EventKind::limits_changed, .cgroup = "web", .in_force = {in_force("pids.max", "max")}},
      drifted("fighting", {{"retry_usec", std::uint64_t{4'000'000}}, {"event", "forged"}}),
      {.kind = EventKind::lease_ended, .cgroup = "web", .limits = {"cpu.max"}, .details = {{"reason", "over"}}},
      {.kind = EventKind::daemon_gone}};
  EXPECT_EQ(
      cgctl(daemon, {"watch", "--json"}).out,
      R"({"event":"limits_changed","cgroup":"web","time":"2026-11-24T12:00:00.000000Z","in_force":{"pids.max":"max"}})"
      "\n"
      R"({"event":"drifted","cgroup":"web","time":"2026-11-24T12:00:00.000000Z","file":"memory.max",)"
      R"("action":"fighting","found":1073741824,"retry_usec":4000000,"wanted":67108864})"
      "\n"
      R"({"event":"lease_ended","cgroup":"web","time":"2026-11-24T12:00:00.000000Z","limits":["cpu.max"],)"
      R"("reason":"over"})"
      "\n"
      R"({"event":"daemon_gone","cgroup":"","time":"2026-11-24T12:00:00.000000Z"})"
      "\n");
}

TEST(Watch, ShowsNothingThatATerminalObeys) {
  FakeDaemon daemon;
  daemon.events = {{.kind = EventKind::removed, .cgroup = "a\x1b[31m"}};
  EXPECT_THAT(cgctl(daemon, {"watch"}).out, HasSubstr("a\\x1b[31m: removed\n"));
}

TEST(Watch, EndsWith3WhenTheBusGoesAway) {
  FakeDaemon daemon;
  daemon.bus_refusal = Error{.code = ErrorCode::unreachable, .message = "the user's bus went away"};
  const auto said = cgctl(daemon, {"watch"});
  EXPECT_EQ(said.status, 3);
  EXPECT_EQ(said.err, "cgctl: the user's bus went away\n");
}

}  // namespace
}  // namespace cgroupd::client::test
