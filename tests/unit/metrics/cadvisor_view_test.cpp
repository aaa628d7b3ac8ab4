// The page in cAdvisor's words.
#include "metrics/cadvisor_view.h"

#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "metrics/families.h"
#include "metrics/machine.h"
#include "model/limits.h"
#include "support/results.h"
#include "unit/metrics/text_tree.h"

namespace cgroupd {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

class TheCadvisorPage : public testing::Test {
 protected:
  std::string page(const Facts& facts = {}) {
    Collector collector(tree_, {.for_cadvisor = true, .exclude_families = {"cgroup_memory_*"}});
    CadvisorView view(tree_, "1.2.3");
    EXPECT_OK(collector.collect(std::make_shared<const Facts>(facts)));
    std::string text;
    Page page(text);
    view.write(page, collector);
    native_.clear();
    Page native(native_);
    collector.write(native);
    return text;
  }

  TextTree tree_;
  std::string native_;
};

constexpr const char* web_begins = "{id=\"/test/web\",name=\"web\",image=\"cgroup\"";

TEST_F(TheCadvisorPage, HasItsNamesLabelsAndQuirks) {
  put_everything(tree_, "web");
  const std::string text = page();
  const std::string row = web_begins;
  for (const std::string& line :
       {"container_cpu_usage_seconds_total" + row + ",cpu=\"total\"} 743.655419\n",
        "container_cpu_cfs_throttled_periods_total" + row + "} 25\n",
        "container_memory_usage_bytes" + row + "} 41943040\n",
        "container_memory_working_set_bytes" + row + "} 25165824\n",
        "container_memory_rss" + row + "} 20971520\n",
        "container_memory_cache" + row + "} 18874368\n",
        "container_memory_total_active_file_bytes" + row + "} 2097152\n",
        "container_memory_workingset_refault_file_total" + row + "} 12\n",
        "container_memory_failcnt" + row + "} 0\n",
        "container_memory_failures_total" + row + ",failure_type=\"pgmajfault\",scope=\"hierarchy\"} 17\n",
        "container_oom_events_total" + row + "} 1\n",
        "container_pressure_memory_waiting_seconds_total" + row + "} 0.25\n",
        "container_threads_max" + row + "} 20\n",
        "container_spec_memory_limit_bytes" + row + "} 67108864\n",
        "container_spec_memory_swap_limit_bytes" + row + "} 0\n",
        "container_spec_cpu_period" + row + "} 100000\n",
        "container_spec_cpu_quota" + row + "} 50000\n",
        "container_spec_cpu_shares" + row + "} 2597\n",
        "container_start_time_seconds" + row + "} 1700000000\n",
        "container_processes" + row + "} 2\n"}) {
    EXPECT_THAT(text, HasSubstr("\n" + line));
  }
  EXPECT_THAT(text, HasSubstr("\ncontainer_fs_reads_bytes_total" + row + ",device=\"/dev/"));
}

TEST_F(TheCadvisorPage, LeavesOutWhatCadvisorLeavesOut) {
  put_everything(tree_, "web");
  tree_.put("web", "cpu.max", "max 100000\n");
  tree_.put("web", "cpu.stat", "usage_usec 0\nuser_usec 0\nsystem_usec 0\nnr_periods 0\nnr_throttled 0\n");
  const std::string text = page();
  EXPECT_THAT(text, Not(HasSubstr("cfs_")));
  EXPECT_THAT(text, Not(HasSubstr("container_cpu_usage_seconds_total{")));
  EXPECT_THAT(text, Not(HasSubstr("container_spec_cpu_quota")));
  EXPECT_THAT(text, HasSubstr(std::string("\ncontainer_cpu_user_seconds_total") + web_begins + "} 0\n"));
}

TEST_F(TheCadvisorPage, TellsTheQuotaForItsOwnPeriod) {
  put_everything(tree_, "web");
  tree_.put("web", "cpu.max", "5000 20000\n");
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr(std::string("\ncontainer_spec_cpu_quota") + web_begins + "} 5000\n"));
  EXPECT_THAT(text, HasSubstr(std::string("\ncontainer_spec_cpu_period") + web_begins + "} 20000\n"));
}

TEST_F(TheCadvisorPage, NamesAContainerWhereOneIsKnown) {
  put_everything(tree_, "web");
  Facts facts;
  facts.cgroups[*CgroupPath::parse("web")] =
      std::make_shared<const CgroupFacts>(CgroupFacts{.container = "shop", .image = "docker.io/library/nginx"});
  EXPECT_THAT(page(facts), HasSubstr("container_memory_rss{id=\"/test/web\",name=\"shop\",image=\"docker.io/library/"
                                     "nginx\"} 20971520\n"));
}

TEST_F(TheCadvisorPage, HasARowForTheMachineWithoutNameAndImage) {
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr("\ncontainer_memory_usage_bytes{id=\"/\"} "));
  EXPECT_THAT(text, HasSubstr("\ncontainer_spec_memory_limit_bytes{id=\"/\"} "));
  EXPECT_THAT(text, HasSubstr("\nmachine_memory_bytes "));
  EXPECT_THAT(text, HasSubstr("\nmachine_cpu_cores "));
}

TEST_F(TheCadvisorPage, DoesNotChangeTheNativeOne) {
  put_everything(tree_, "web");
  page();
  EXPECT_THAT(native_, Not(HasSubstr("refaulted")));
  EXPECT_THAT(native_, Not(HasSubstr("cgroup_memory_")));  // switched off by exclude-families
  EXPECT_THAT(native_, HasSubstr("cgroup_pids_max{cgroup=\"web\"} 20\n"));
}

TEST_F(TheCadvisorPage, KeepsFamiliesTogether) {
  for (const char* const name : {"a", "b"}) put_everything(tree_, name);
  std::set<std::string> names;
  std::istringstream lines(page());
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    EXPECT_TRUE(names.insert(line.substr(7, line.find(' ', 7) - 7)).second) << line;
  }
  EXPECT_GT(names.size(), 50U);
}

TEST(TheCadvisorTable, IsMadeFromFamiliesThatThereAre) {
  std::set<std::string_view> known;
  for (const StateFile& file : state_files()) {
    for (const FileFamily& family : file.families) known.insert(family.family.name);
  }
  for (const Limit& limit : all_limits()) {
    for (const Metric& metric : limit.metrics) known.insert(metric.name);
  }
  for (const CadvisorFamily& family : cadvisor_families()) EXPECT_TRUE(known.contains(family.source)) << family.source;
}

TEST(Meminfo, IsInBytes) {
  const MachineMemory memory = parse_meminfo(
      "MemTotal:        2048 kB\nMemFree:          512 kB\nInactive(file):   64 kB\nSwapTotal:  10 kB\nSwapFree: 4 "
      "kB\nHugePages_Total: 0\n");
  EXPECT_EQ(memory.total, 2048U * 1024);
  EXPECT_EQ(memory.free, 512U * 1024);
  EXPECT_EQ(memory.inactive_file, 64U * 1024);
  EXPECT_EQ(memory.swap_used, 6U * 1024);
}

TEST(NetDev, HasEveryInterfaceButTheLoopback) {
  const auto interfaces = parse_net_dev(
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier "
      "compressed\n"
      "    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n"
      "  eth0:1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0\n"
      "  tap0: 5\n");
  ASSERT_THAT(interfaces, ElementsAre(Field(&NetworkInterface::name, "eth0")));
  EXPECT_EQ(interfaces[0].receive_bytes, 1000U);
  EXPECT_EQ(interfaces[0].receive_dropped, 2U);
  EXPECT_EQ(interfaces[0].transmit_bytes, 2000U);
  EXPECT_EQ(interfaces[0].transmit_errors, 3U);
}

TEST(TheNetworkOfAProcess, IsNotShownWhenItIsOurs) {
  EXPECT_TRUE(read_own_network(getpid()).empty());
}

}  // namespace
}  // namespace cgroupd
