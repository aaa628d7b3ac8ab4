// From the core's events to facts and counts.
#include "metrics/core_facts.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/limits.h"

namespace cgroupd {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class Recorder final : public ManagerEvents, public Instruments {
 public:
  void created(const CgroupPath& cgroup) override { heard.push_back("created " + cgroup.str()); }
  void removed(const CgroupPath& cgroup) override { heard.push_back("removed " + cgroup.str()); }
  void limits_changed(const CgroupPath& cgroup, const Values& /*in_force*/) override {
    heard.push_back("changed " + cgroup.str());
  }
  void drifted(const Drift& drift) override { heard.push_back("drifted " + drift.cgroup.str()); }
  void lease_ended(const CgroupPath& cgroup, const std::vector<const Limit*>& /*limits*/, LeaseEnd /*why*/) override {
    heard.push_back("lease " + cgroup.str());
  }
  void stall_lifted(const CgroupPath& cgroup, const Limit& /*limit*/, const Value& /*before*/) override {
    heard.push_back("stall " + cgroup.str());
  }
  void pressure_triggered(const CgroupPath& cgroup, std::string_view /*resource*/) override {
    heard.push_back("pressure " + cgroup.str());
  }
  void pressure_triggered(std::string_view resource) override {
    counted.push_back("pressure " + std::string(resource));
  }
  void request_done(std::string_view /*method*/, std::chrono::nanoseconds /*took*/,
                    std::string_view /*error*/) override {}
  void drift_detected(std::string_view controller) override { counted.push_back("drift " + std::string(controller)); }
  void drift_repaired(std::string_view controller, bool succeeded) override {
    counted.push_back((succeeded ? "repaired " : "not repaired ") + std::string(controller));
  }
  void policy_acted(std::string_view action) override { counted.emplace_back(action); }

  std::vector<std::string> heard, counted;
};

class TheCoresFacts : public testing::Test {
 protected:
  static const Limit& limit(std::string_view file) { return *find_limit(file); }
  static Value value(std::string_view file, std::string_view text) { return *parse_value(limit(file), text); }

  Recorder recorder_;
  CoreFacts facts_{recorder_, recorder_};
  CgroupPath web_ = *CgroupPath::parse("web");
  Moment now_ = {.boot = seconds(100), .wall = seconds(1'700'000'000)};
};

TEST_F(TheCoresFacts, TellWhatIsDesiredAndWhenLeasesEnd) {
  DesiredCgroup desired;
  desired.state(limit("memory.max"), Origin::user, value("memory.max", "67108864"));
  desired.lease(limit("pids.max"), value("pids.max", "20"), seconds(160), value("pids.max", "max"));
  desired.drift = DriftPolicy::report;
  facts_.desired_known(web_, desired, now_);
  const auto published = facts_.facts();
  const CgroupFacts& web = *published->cgroups.at(web_);
  EXPECT_EQ(web.desired, desired.wanted());
  EXPECT_EQ(web.desired.size(), 2U);
  EXPECT_EQ(web.lease_end, UnixTime(seconds(1'700'000'060)));
  EXPECT_EQ(web.policy, "report");
  EXPECT_FALSE(web.last_change.has_value());
}

TEST_F(TheCoresFacts, TellWhenAChangeWas) {
  DesiredCgroup desired;
  desired.state(limit("pids.max"), Origin::user, value("pids.max", "20"));
  facts_.desired_changed(web_, desired, now_);
  EXPECT_EQ(facts_.facts()->cgroups.at(web_)->last_change, UnixTime(seconds(1'700'000'000)));
}

TEST_F(TheCoresFacts, ForgetWhatNobodyStatesAnyMore) {
  DesiredCgroup desired;
  desired.state(limit("pids.max"), Origin::user, value("pids.max", "20"));
  facts_.desired_changed(web_, desired, now_);
  facts_.desired_changed(web_, {}, now_);
  EXPECT_THAT(facts_.facts()->cgroups, IsEmpty());
}

TEST_F(TheCoresFacts, NeverChangeOnceGivenOut) {
  DesiredCgroup desired;
  desired.state(limit("pids.max"), Origin::user, value("pids.max", "20"));
  facts_.desired_changed(web_, desired, now_);
  const auto before = facts_.facts();
  EXPECT_EQ(facts_.facts(), before);
  facts_.desired_changed(web_, {}, now_);
  EXPECT_EQ(before->cgroups.size(), 1U);
  EXPECT_NE(facts_.facts(), before);
}

TEST_F(TheCoresFacts, CountDriftByWhatBecameOfIt) {
  Drift drift{.cgroup = web_, .limit = &limit("memory.max"), .found = "max", .wanted = "1", .likely_writer = ""};
  for (const DriftAction action :
       {DriftAction::repaired, DriftAction::reported, DriftAction::fighting, DriftAction::failed}) {
    drift.action = action;
    facts_.drifted(drift);
  }
  EXPECT_THAT(recorder_.counted,
              ElementsAre("drift memory", "repaired memory", "drift memory", "drift memory", "not repaired memory"));
}

TEST_F(TheCoresFacts, CountWhatTheDaemonDoesByItselfAndHandEverythingOn) {
  facts_.created(web_);
  facts_.limits_changed(web_, {});
  facts_.drifted({.cgroup = web_, .limit = &limit("pids.max"), .found = "", .wanted = "", .likely_writer = ""});
  facts_.lease_ended(web_, {}, LeaseEnd::over);
  facts_.lease_ended(web_, {}, LeaseEnd::replaced);
  facts_.pressure_triggered(web_, "memory");
  facts_.stall_lifted(web_, limit("memory.high"), value("memory.high", "max"));
  facts_.removed(web_);
  EXPECT_THAT(recorder_.heard, ElementsAre("created web", "changed web", "drifted web", "lease web", "lease web",
                                           "pressure web", "stall web", "removed web"));
  EXPECT_THAT(recorder_.counted,
              ElementsAre("drift pids", "repaired pids", "lease_end", "pressure memory", "stall_lifted"));
}

}  // namespace
}  // namespace cgroupd
