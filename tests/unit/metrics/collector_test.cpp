// One scrape over a tree of cgroups.
#include "metrics/collector.h"

#include <cerrno>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/metrics/text_kernel.h"

namespace cgroupd {
namespace {

using testing::HasSubstr;
using testing::Not;

class AScrape : public testing::Test {
 protected:
  std::string page(const CollectorOptions& options = {}) {
    Collector collector(kernel_, options);
    collector.collect();
    return written(collector);
  }
  static std::string written(Collector& collector) {
    std::string text;
    Page page(text);
    collector.write(page);
    return text;
  }

  TextKernel kernel_;
};

TEST_F(AScrape, ShowsUseLimitsEventsAndPressure) {
  put_everything(kernel_, "web");
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
  put_everything(kernel_, "web");
  EXPECT_THAT(page(), HasSubstr("cgroup_io_max_write_operations_per_second{cgroup=\"web\",device=\""));
}

TEST_F(AScrape, KeepsFamiliesContiguousOverManyCgroups) {
  for (const char* const name : {"a", "a/b", "c"}) put_everything(kernel_, name);
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

TEST_F(AScrape, ReadsEachFileOnceACgroup) {
  put_everything(kernel_, "web");
  page();
  EXPECT_GT(kernel_.reads().size(), 30U);
  for (const auto& [file, count] : kernel_.reads()) EXPECT_EQ(count, 1) << file.first << "/" << file.second;
}

TEST_F(AScrape, HasNoSamplesOfAFileThatIsAbsent) {
  kernel_.put("web", "pids.max", "20\n");
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{cgroup=\"web\"} 20\n"));
  EXPECT_THAT(text, Not(HasSubstr("memory")));
  EXPECT_THAT(text, HasSubstr("cgroupd_scrape_failed_reads 0\n"));
}

TEST_F(AScrape, GoesOnWhenACgroupVanishesInTheMiddle) {
  for (const char* const name : {"a", "b", "c"}) put_everything(kernel_, name);
  kernel_.before_read([this](const std::string& cgroup, std::string_view file) {
    if (cgroup == "b" && file == "memory.stat") kernel_.vanish("b");
  });
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("cgroup_memory_max_bytes{cgroup=\"a\"} 67108864\n"));
  EXPECT_THAT(text, HasSubstr("cgroup_memory_max_bytes{cgroup=\"c\"} 67108864\n"));
  EXPECT_THAT(text, Not(HasSubstr("cgroup_memory_max_bytes{cgroup=\"b\"}")));
  EXPECT_THAT(text, HasSubstr("cgroupd_scrape_failed_reads 0\n"));
}

TEST_F(AScrape, CountsFilesThatCannotBeReadOrUnderstood) {
  put_everything(kernel_, "web");
  kernel_.put("web", "memory.max", "a lot\n");
  kernel_.fail_read("web", "cpu.stat", EIO);
  kernel_.fail_read("web", "cpu.pressure", EOPNOTSUPP);
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("cgroupd_scrape_failed_reads 2\n"));
  EXPECT_THAT(text, HasSubstr("cgroup_pids_max{cgroup=\"web\"} 20\n"));
}

TEST_F(AScrape, LeavesOutTheTreesHolderButNotItsNamesake) {
  put_everything(kernel_, "supervisor");
  put_everything(kernel_, "web/supervisor");
  const std::string text = page();
  EXPECT_THAT(text, Not(HasSubstr("{cgroup=\"supervisor\"")));
  EXPECT_THAT(text, HasSubstr("{cgroup=\"web/supervisor\""));
}

TEST_F(AScrape, IsBoundedAndSaysWhatItLeftOut) {
  for (const char* const name : {"a", "b", "c", "memory.evil"}) put_everything(kernel_, name);
  const std::string text = page({.max_cgroups = 2, .hidden = {}});
  EXPECT_THAT(text, HasSubstr("cgroupd_managed_cgroups 2\n"));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroups_skipped{reason=\"limit\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("cgroupd_cgroups_skipped{reason=\"name\"} 1\n"));
}

TEST_F(AScrape, ForgetsWhatIsGoneAtTheNextOne) {
  put_everything(kernel_, "a");
  put_everything(kernel_, "b");
  Collector collector(kernel_, {});
  collector.collect();
  kernel_.vanish("b");
  collector.collect();
  EXPECT_THAT(written(collector), Not(HasSubstr("cgroup=\"b\"")));
  EXPECT_EQ(collector.cgroup_count(), 1U);
}

}  // namespace
}  // namespace cgroupd
