// One scrape over a tree of cgroups.
#include "metrics/collector.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/results.h"
#include "unit/metrics/text_tree.h"

namespace cgroupd {
namespace {

using testing::HasSubstr;
using testing::Not;

class AScrape : public testing::Test {
 protected:
  std::string page(const CollectorOptions& options = {}) {
    Collector collector(tree_, options);
    EXPECT_OK(collector.collect(facts_));
    return written(collector);
  }
  static std::string written(Collector& collector) {
    std::string text;
    Page page(text);
    collector.write(page);
    return text;
  }

  TextTree tree_;
  std::shared_ptr<const Facts> facts_ = std::make_shared<const Facts>();
};

TEST_F(AScrape, ShowsUseLimitsEventsAndPressure) {
  put_everything(tree_, "web");
  const std::string text = page();
  for (const char* const line :
       {"cgroup_memory_max_bytes{cgroup=\"web\"} 67108864\n", "cgroup_memory_high_bytes{cgroup=\"web\"} +Inf\n",
        "cgroup_memory_current_bytes{cgroup=\"web\"} 41943040\n",
        "cgroup_memory_working_set_bytes{cgroup=\"web\"} 25165824\n",
        "cgroup_memory_events_oom_kill_total{cgroup=\"web\"} 1\n",
        "cgroup_memory_local_events_oom_kill_total{cgroup=\"web\"} 0\n",
        "cgroup_cpu_usage_seconds_total{cgroup=\"web\"} 743.655419\n",
        "cgroup_cpu_throttled_seconds_total{cgroup=\"web\"} 1.5\n", "cgroup_cpu_quota_cores{cgroup=\"web\"} 0.5\n",
        "cgroup_pids_current{cgroup=\"web\"} 3\n", "cgroup_pids_max{cgroup=\"web\"} 20\n",
        "cgroup_pids_max_events_total{cgroup=\"web\"} 4\n", "cgroup_processes{cgroup=\"web\"} 2\n",
        "cgroup_populated{cgroup=\"web\"} 1\n", "cgroup_pressure_cpu_waiting_seconds_total{cgroup=\"web\"} 1.52536\n",
        "cgroupd_managed_cgroups 1\n", "cgroupd_scrape_failed_reads 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(AScrape, LabelsIoWithTheDevice) {
  put_everything(tree_, "web");
  EXPECT_THAT(page(), HasSubstr("cgroup_io_max_write_operations_per_second{cgroup=\"web\",device=\""));
}

TEST_F(AScrape, KeepsFamiliesContiguousOverManyCgroups) {
  for (const char* const name : {"a", "a/b", "c"}) put_everything(tree_, name);
  std::set<std::string> finished;
  std::string current;
  std::istringstream lines(page());
  for (std::string line; std::getline(lines, line);) {
    const std::string name =
        line.starts_with("# ") ? line.substr(7, line.find(' ', 7) - 7) : line.substr(0, line.find_first_of("{ "));
    if (name == current) continue;
    EXPECT_TRUE(finished.insert(name).second) << name << " comes twice";
    current = name;
  }
}

// What a file said of the cgroup before is remembered: none may be shown another's numbers.
TEST_F(AScrape, ShowsOfManyCgroupsWhatItShowsOfEachAlone) {
  const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f"};
  const auto put = [](TextTree& tree, const std::string& name) {
    put_everything(tree, name);
    if (name == "b" || name == "e") {
      tree.put(name, "memory.max", "max\n");
      tree.put(name, "cpu.max", "max 100000\n");
      tree.put(name, "memory.events", "max 5\nlow 1\noom_kill 7\nnew_key 3\noom 2\n");
      tree.put(name, "cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=17\n");
    }
    if (name == "c") tree.put(name, "memory.max", "nonsense\n");
    if (name == "d") tree.put(name, "cpu.stat", "usage_usec 7\nuser_usec x\nsystem_usec\nnr_periods_ 5\nnr_perio 4\n");
    // The same memory.stat as a's and b's, of which the working set is another.
    if (name == "c") tree.put(name, "memory.current", "40000000\n");
    if (name == "d") tree.remove(name, "memory.current");
    if (name == "f") tree.put(name, "memory.stat", "anon 1\nfile 2\n");
  };
  const auto cgroups_lines = [](const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("cgroup_")) lines.push_back(line);
    }
    return lines;
  };
  std::vector<std::string> alone;
  for (const std::string& name : names) {
    put(tree_, name);
    TextTree only;
    put(only, name);
    Collector collector(only, {});
    ASSERT_OK(collector.collect(facts_));
    std::string text;
    Page page(text);
    collector.write(page);
    std::ranges::copy(cgroups_lines(text), std::back_inserter(alone));
  }
  EXPECT_GT(alone.size(), 6U * 30);
  EXPECT_THAT(cgroups_lines(page()), testing::UnorderedElementsAreArray(alone));
}

TEST_F(AScrape, ReadsEachFileOnceACgroup) {
  put_everything(tree_, "web");
  page();
  EXPECT_GT(tree_.reads().size(), 30U);
  for (const auto& [file, count] : tree_.reads()) EXPECT_EQ(count, 1) << file.first << "/" << file.second;
}

TEST_F(AScrape, HasNoSamplesOfAFileThatIsAbsent) {
  tree_.put("web", "pids.max", "20\n");
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{cgroup=\"web\"} 20\n"));
  EXPECT_THAT(text, Not(HasSubstr("cgroup_memory")));
  EXPECT_THAT(text, HasSubstr("cgroupd_scrape_failed_reads 0\n"));
}

TEST_F(AScrape, GoesOnWhenACgroupVanishesInTheMiddle) {
  for (const char* const name : {"a", "b", "c"}) put_everything(tree_, name);
  tree_.before_read([this](const std::string& cgroup, std::string_view file) {
    if (cgroup == "b" && file == "memory.stat") tree_.vanish("b");
  });
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("cgroup_memory_max_bytes{cgroup=\"a\"} 67108864\n"));
  EXPECT_THAT(text, HasSubstr("cgroup_memory_max_bytes{cgroup=\"c\"} 67108864\n"));
  EXPECT_THAT(text, Not(HasSubstr("cgroup_memory_max_bytes{cgroup=\"b\"}")));
  EXPECT_THAT(text, HasSubstr("cgroupd_scrape_failed_reads 0\n"));
}

TEST_F(AScrape, CountsFilesThatCannotBeReadOrUnderstood) {
  put_everything(tree_, "web");
  tree_.put("web", "memory.max", "a lot\n");
  tree_.fail_read("web", "cpu.stat", EIO);
  tree_.fail_read("web", "cpu.pressure", EOPNOTSUPP);
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("cgroupd_scrape_failed_reads 2\n"));
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{cgroup=\"web\"} 20\n"));
}

TEST_F(AScrape, LeavesOutTheTreesHolderButNotItsNamesake) {
  put_everything(tree_, "supervisor");
  put_everything(tree_, "web/supervisor");
  const std::string text = page();
  EXPECT_THAT(text, Not(HasSubstr("{cgroup=\"supervisor\"")));
  EXPECT_THAT(text, HasSubstr("{cgroup=\"web/supervisor\""));
}

TEST_F(AScrape, IsBoundedAndSaysWhatItLeftOut) {
  for (const char* const name : {"a", "b", "c", "memory.evil"}) put_everything(tree_, name);
  const std::string text = page({.tree = {.max_cgroups = 2, .hidden = {}}});
  EXPECT_THAT(text, HasSubstr("cgroupd_managed_cgroups 2\n"));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroups_skipped{reason=\"limit\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroups_skipped{reason=\"name\"} 1\n"));
}

TEST_F(AScrape, ForgetsWhatIsGoneAtTheNextOne) {
  put_everything(tree_, "a");
  put_everything(tree_, "b");
  Collector collector(tree_, {});
  ASSERT_OK(collector.collect(facts_));
  tree_.vanish("b");
  ASSERT_OK(collector.collect(facts_));
  EXPECT_THAT(written(collector), Not(HasSubstr("cgroup=\"b\"")));
  EXPECT_EQ(collector.cgroups().size(), 1U);
}

TEST_F(AScrape, TakesANewCgroupOfTheSameNameForItself) {
  put_everything(tree_, "a");
  Collector collector(tree_, {});
  ASSERT_OK(collector.collect(facts_));
  tree_.vanish("a");
  put_everything(tree_, "a");
  tree_.put("a", "memory.events", "oom_kill 0\n");
  ASSERT_OK(collector.collect(facts_));
  EXPECT_THAT(written(collector), HasSubstr("cgroup_memory_events_oom_kill_total{cgroup=\"a\"} 0\n"));
}

TEST_F(AScrape, SaysWhenTheRootCannotBeReadAndRecovers) {
  put_everything(tree_, "a");
  Collector collector(tree_, {});
  ASSERT_OK(collector.collect(facts_));
  tree_.lose_root(true);
  EXPECT_FALSE(collector.collect(facts_).has_value());
  EXPECT_THAT(written(collector), HasSubstr("cgroupd_managed_cgroups 0\n"));
  tree_.lose_root(false);
  ASSERT_OK(collector.collect(facts_));
  EXPECT_THAT(written(collector), HasSubstr("cgroupd_managed_cgroups 1\n"));
}

TEST_F(AScrape, LooksForFilesAgainWhenControllersChange) {
  put_everything(tree_, "a");
  put_everything(tree_, "b");
  tree_.put("", "cgroup.subtree_control", "memory\n");
  Collector collector(tree_, {});
  ASSERT_OK(collector.collect(facts_));
  const int told = tree_.told_of_controllers();
  ASSERT_OK(collector.collect(facts_));
  EXPECT_EQ(tree_.told_of_controllers(), told);
  tree_.put("", "cgroup.subtree_control", "memory pids\n");
  ASSERT_OK(collector.collect(facts_));
  EXPECT_EQ(tree_.told_of_controllers(), told + 2);
}

TEST_F(AScrape, ShowsWhatIsIncludedAndNotExcluded) {
  for (const char* const name : {"batch", "batch/a", "batch/b", "web"}) put_everything(tree_, name);
  const std::string text = page({.tree = {.include = {"batch", "batch/*"}, .exclude = {"**/b"}}});
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{cgroup=\"batch\"} 20\n"));
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{cgroup=\"batch/a\"} 20\n"));
  EXPECT_THAT(text, Not(HasSubstr("cgroup=\"batch/b\"")));
  EXPECT_THAT(text, Not(HasSubstr("cgroup=\"web\"")));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroups_skipped{reason=\"excluded\"} 2\n"));
}

TEST_F(AScrape, GoesNoDeeperThanItMay) {
  for (const char* const name : {"a", "a/b", "a/b/c"}) put_everything(tree_, name);
  const std::string text = page({.tree = {.max_depth = 2}});
  EXPECT_THAT(text, HasSubstr("cgroup=\"a/b\""));
  EXPECT_THAT(text, Not(HasSubstr("cgroup=\"a/b/c\"")));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroups_skipped{reason=\"depth\"} 1\n"));
}

TEST_F(AScrape, DoesNotReadForFamiliesThatAreSwitchedOff) {
  put_everything(tree_, "web");
  const std::string text = page({.exclude_families = {"cgroup_pids_*", "cgroup_memory_current_bytes"}});
  EXPECT_THAT(text, Not(HasSubstr("cgroup_pids_")));
  EXPECT_THAT(text, Not(HasSubstr("cgroup_memory_current_bytes")));
  EXPECT_THAT(text, HasSubstr("cgroup_memory_working_set_bytes{cgroup=\"web\"} 25165824\n"));
  EXPECT_FALSE(tree_.reads().contains({"web", "pids.current"}));
}

TEST_F(AScrape, NamesTheCgroupOnTheInfoSeriesAlone) {
  put_everything(tree_, "web");
  auto facts = std::make_shared<Facts>();
  facts->cgroups[*CgroupPath::parse("web")] = std::make_shared<const CgroupFacts>(
      CgroupFacts{.container = "my \"web\"", .image = "docker.io/library/nginx", .runtime = "podman"});
  facts_ = facts;
  EXPECT_THAT(page(),
              HasSubstr("cgroupd_cgroup_info{cgroup=\"web\",path=\"/sys/fs/cgroup/test/web\",owner_uid=\"1000\","
                        "container=\"my \\\"web\\\"\",image=\"docker.io/library/nginx\",runtime=\"podman\"} 1\n"));
}

TEST_F(AScrape, TakesNewFactsAtOnce) {
  put_everything(tree_, "web");
  Collector collector(tree_, {});
  ASSERT_OK(collector.collect(facts_));
  auto facts = std::make_shared<Facts>();
  facts->cgroups[*CgroupPath::parse("web")] = std::make_shared<const CgroupFacts>(CgroupFacts{.container = "later"});
  ASSERT_OK(collector.collect(facts));
  EXPECT_THAT(written(collector), HasSubstr("container=\"later\""));
}

TEST_F(AScrape, PutsWhatIsDesiredBesideWhatIsInForce) {
  put_everything(tree_, "web");
  put_everything(tree_, "free");
  auto facts = std::make_shared<Facts>();
  const auto limit = [](std::string_view file, std::string_view text) {
    return std::pair(find_limit(file), *parse_value(*find_limit(file), text));
  };
  const UnixTime end{std::chrono::milliseconds(1'800'000'000'500)};
  facts->cgroups[*CgroupPath::parse("web")] = std::make_shared<const CgroupFacts>(CgroupFacts{
      .desired = {limit("memory.max", "67108864"), limit("pids.max", "30"), limit("cpu.max", "50000 100000")},
      .lease_end = end});
  facts_ = facts;
  const std::string text = page();
  for (const char* const line :
       {"cgroup_desired_memory_max_bytes{cgroup=\"web\"} 67108864\n", "cgroup_desired_pids_max{cgroup=\"web\"} 30\n",
        "cgroup_pids_max{cgroup=\"web\"} 20\n", "cgroup_desired_cpu_quota_cores{cgroup=\"web\"} 0.5\n",
        "cgroup_drifted_limits{cgroup=\"web\"} 1\n",
        "cgroup_lease_end_timestamp_seconds{cgroup=\"web\"} 1800000000.5\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("cgroup_drifted_limits{cgroup=\"free\"}")));
  EXPECT_THAT(text, Not(HasSubstr("cgroup_desired_memory_max_bytes{cgroup=\"free\"}")));
}

TEST_F(AScrape, DoesNotTakeTheKernelsRoundingForDrift) {
  put_everything(tree_, "web");
  auto facts = std::make_shared<Facts>();
  facts->cgroups[*CgroupPath::parse("web")] = std::make_shared<const CgroupFacts>(
      CgroupFacts{.desired = {{find_limit("memory.max"), *parse_value(*find_limit("memory.max"), "67108865")}}});
  facts_ = facts;
  EXPECT_THAT(page(), HasSubstr("cgroup_drifted_limits{cgroup=\"web\"} 0\n"));
}

TEST_F(AScrape, DoesNotTakeAWeightThatRestsForDrift) {
  put_everything(tree_, "web");
  auto facts = std::make_shared<Facts>();
  facts->cgroups[*CgroupPath::parse("web")] = std::make_shared<const CgroupFacts>(
      CgroupFacts{.desired = {{find_limit("cpu.weight"), Value(Amount(std::uint64_t{300}))}}});
  facts_ = facts;
  tree_.put("web", "cpu.weight", "0\n");
  tree_.put("web", "cpu.idle", "1\n");
  EXPECT_THAT(page(), HasSubstr("cgroup_drifted_limits{cgroup=\"web\"} 0\n"));
  tree_.put("web", "cpu.weight", "100\n");
  tree_.put("web", "cpu.idle", "0\n");
  EXPECT_THAT(page(), HasSubstr("cgroup_drifted_limits{cgroup=\"web\"} 1\n"));
}

TEST_F(AScrape, CanBeKeptToWhatTheCoreManages) {
  put_everything(tree_, "mine");
  put_everything(tree_, "other");
  auto facts = std::make_shared<Facts>();
  facts->cgroups[*CgroupPath::parse("mine")] = std::make_shared<const CgroupFacts>(CgroupFacts{});
  facts_ = facts;
  const std::string text = page({.tree = {.unmanaged = false}});
  EXPECT_THAT(text, Not(HasSubstr("cgroup=\"other\"")));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroups_skipped{reason=\"unmanaged\"} 1\n"));
}

TEST(OpenMetricsNames, AreNotSharedByFamiliesOfDifferentTypes) {
  TextTree tree;
  put_everything(tree, "web");
  Collector collector(tree, {});
  ASSERT_OK(collector.collect(std::make_shared<const Facts>()));
  std::string text;
  Page page(text, PageFormat::open_metrics);
  collector.write(page);
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    const std::string name = line.substr(7, line.find(' ', 7) - 7);
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_GT(names.size(), 60U);
}

}  // namespace
}  // namespace cgroupd
