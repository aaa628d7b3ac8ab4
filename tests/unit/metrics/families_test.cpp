// The family table and what it makes of kernel text.
#include "metrics/families.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/limit_families.h"
#include "model/limits.h"

namespace cgroupd {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

using ByName = std::map<std::string, double>;

ByName readings(std::string_view file, std::string_view text, std::optional<double> memory_current = std::nullopt) {
  const auto row = std::ranges::find(state_files(), file, &StateFile::file);
  std::vector<Reading> out;
  StateReader(*row).read(text, memory_current, out);
  ByName named;
  for (const Reading& reading : out) {
    named[std::string(reading.family->family.name) + (reading.device ? " " + print_device(*reading.device) : "")] =
        reading.value;
  }
  return named;
}

ByName limit_readings(std::string_view file, std::string_view text) {
  const Limit* const limit = find_limit(file);
  std::vector<LimitReading> out;
  read_limit_value(*limit, *parse_value(*limit, text), out);
  ByName named;
  for (const LimitReading& reading : out) {
    named[std::string(reading.metric->name) + (reading.device ? " " + print_device(*reading.device) : "")] =
        reading.value;
  }
  return named;
}

TEST(TheFamilyTable, NamesEachFamilyOnceTogetherWithTheLimits) {
  std::set<std::string_view> names;
  for (const StateFile& file : state_files()) {
    for (const FileFamily& row : file.families) EXPECT_TRUE(names.insert(row.family.name).second) << row.family.name;
  }
  for (const Limit& limit : all_limits()) {
    for (const Metric& metric : limit.metrics) EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
  }
}

TEST(TheFamilyTable, ShowsEveryLimit) {
  for (const Limit& limit : all_limits()) EXPECT_FALSE(limit.metrics.empty()) << limit.file;
}

TEST(TheFamilyTable, ReadsEachFileInOneRow) {
  std::set<std::string_view> files;
  for (const StateFile& file : state_files()) EXPECT_TRUE(files.insert(file.file).second) << file.file;
  for (const Limit& limit : all_limits()) EXPECT_TRUE(files.insert(limit.file).second) << limit.file;
}

TEST(TheFamilyTable, EndsCountersAndOnlyCountersInTotal) {
  for (const StateFile& file : state_files()) {
    for (const FileFamily& row : file.families) {
      EXPECT_EQ(row.family.name.ends_with("_total"), row.family.type == MetricType::counter) << row.family.name;
      EXPECT_TRUE(row.family.name.starts_with("cgroup_")) << row.family.name;
    }
  }
}

TEST(CpuStat, IsShownInSeconds) {
  EXPECT_THAT(readings("cpu.stat", "usage_usec 743655419\nuser_usec 700000000\nsystem_usec 43655419\n"),
              UnorderedElementsAre(Pair("cgroup_cpu_usage_seconds_total", 743.655419),
                                   Pair("cgroup_cpu_user_seconds_total", 700.0),
                                   Pair("cgroup_cpu_system_seconds_total", 43.655419)));
}

TEST(CpuStat, HasThrottlingWithTheController) {
  const ByName shown =
      readings("cpu.stat", "nr_periods 8000\nnr_throttled 25\nthrottled_usec 1500000\nnr_bursts 2\nburst_usec 500\n");
  EXPECT_THAT(shown, UnorderedElementsAre(
                         Pair("cgroup_cpu_periods_total", 8000), Pair("cgroup_cpu_throttled_periods_total", 25),
                         Pair("cgroup_cpu_throttled_seconds_total", 1.5), Pair("cgroup_cpu_bursts_total", 2),
                         Pair("cgroup_cpu_burst_seconds_total", 0.0005)));
}

TEST(MemoryStat, IsFoundByKeyAndNotByPlace) {
  EXPECT_THAT(
      readings("memory.stat", "file_thp 9\npgfault 3\nunknown 1\nanon 20971520\n"),
      UnorderedElementsAre(Pair("cgroup_memory_page_faults_total", 3), Pair("cgroup_memory_anon_bytes", 20971520)));
}

TEST(AStateReader, NoticesThatLinesChangeFromCgroupToCgroup) {
  StateReader reader(*std::ranges::find(state_files(), "memory.events", &StateFile::file));
  const auto sum_of = [&reader](std::string_view text) {
    std::vector<Reading> out;
    reader.read(text, std::nullopt, out);
    std::string all;
    for (const Reading& reading : out)
      all += std::string(reading.family->key) + "=" + std::to_string(static_cast<int>(reading.value)) + " ";
    return all;
  };
  EXPECT_EQ(sum_of("low 1\nhigh 2\nmax 3\n"), "low=1 high=2 max=3 ");
  EXPECT_EQ(sum_of("low 4\nhigh 5\nmax 6\n"), "low=4 high=5 max=6 ");
  EXPECT_EQ(sum_of("high 7\nlow 8\n"), "high=7 low=8 ");
  EXPECT_EQ(sum_of("lower 1\nhigh\nmax 9\n"), "max=9 ");
  EXPECT_EQ(sum_of("low 1\nnew 5\nhigh 2x\nmax 99999999999999999999\noom 3"), "low=1 oom=3 ");
  EXPECT_EQ(sum_of("low 1\nhigh 2\nmax 3\n"), "low=1 high=2 max=3 ");
}

TEST(AStateReader, RemembersNoMoreThanAKernelWrites) {
  StateReader reader(*std::ranges::find(state_files(), "memory.events", &StateFile::file));
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "key" + std::to_string(i) + " 1\n";
  text += "oom 5\n";
  std::vector<Reading> out;
  reader.read(text, std::nullopt, out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].value, 5);
}

TEST(TheWorkingSet, IsMemoryInUseLessInactivePageCache) {
  EXPECT_THAT(readings("memory.stat", "inactive_file 10\n", 25.0),
              Contains(Pair("cgroup_memory_working_set_bytes", 15)));
}

TEST(TheWorkingSet, IsNeverBelowZero) {
  EXPECT_THAT(readings("memory.stat", "inactive_file 30\n", 25.0),
              Contains(Pair("cgroup_memory_working_set_bytes", 0)));
}

TEST(TheWorkingSet, IsUnknownWithoutMemoryCurrent) {
  EXPECT_THAT(readings("memory.stat", "inactive_file 30\n"), Not(Contains(Key("cgroup_memory_working_set_bytes"))));
}

TEST(Pressure, IsShownAsTheTotalTimeAlone) {
  EXPECT_THAT(
      readings(
          "memory.pressure",
          "some avg10=1.50 avg60=0.00 avg300=0.00 total=250000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=125000\n"),
      UnorderedElementsAre(Pair("cgroup_pressure_memory_waiting_seconds_total", 0.25),
                           Pair("cgroup_pressure_memory_stalled_seconds_total", 0.125)));
}

TEST(IoStat, IsShownByDevice) {
  EXPECT_THAT(readings("io.stat", "8:0 rbytes=90430464 wbytes=0 rios=8950\n254:16 rbytes=1\n7:0 \n"),
              UnorderedElementsAre(
                  Pair("cgroup_io_read_bytes_total 8:0", 90430464), Pair("cgroup_io_written_bytes_total 8:0", 0),
                  Pair("cgroup_io_reads_total 8:0", 8950), Pair("cgroup_io_read_bytes_total 254:16", 1)));
}

TEST(Processes, AreCountedByLine) {
  EXPECT_THAT(readings("cgroup.procs", "12\n13\n14\n"), ElementsAre(Pair("cgroup_processes", 3)));
  EXPECT_THAT(readings("cgroup.procs", ""), ElementsAre(Pair("cgroup_processes", 0)));
}

TEST(KernelText, ThatIsBrokenHasNoReadings) {
  for (const StateFile& file : state_files()) {
    if (file.format == FileFormat::lines) continue;
    EXPECT_THAT(readings(file.file, ""), IsEmpty()) << file.file;
    EXPECT_THAT(readings(file.file, "\n\n = =\nsome total\nsome total=x\n:\nusage_usec\nusage_usec -\n"), IsEmpty())
        << file.file;
  }
}

TEST(ALimitInForce, IsANumberOrInfinite) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THAT(limit_readings("memory.max", "67108864"), ElementsAre(Pair("cgroup_memory_max_bytes", 67108864)));
  EXPECT_THAT(limit_readings("memory.max", "max"), ElementsAre(Pair("cgroup_memory_max_bytes", infinite)));
  EXPECT_THAT(limit_readings("pids.max", "max"), ElementsAre(Pair("cgroup_pids_max", infinite)));
}

TEST(TheCpuLimit, IsShownInCoresAndSeconds) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THAT(limit_readings("cpu.max", "50000 100000"),
              UnorderedElementsAre(Pair("cgroup_cpu_quota_cores", 0.5), Pair("cgroup_cpu_period_seconds", 0.1)));
  EXPECT_THAT(limit_readings("cpu.max", "max 100000"),
              UnorderedElementsAre(Pair("cgroup_cpu_quota_cores", infinite), Pair("cgroup_cpu_period_seconds", 0.1)));
  EXPECT_THAT(limit_readings("cpu.max.burst", "20000"), ElementsAre(Pair("cgroup_cpu_burst_limit_seconds", 0.02)));
}

TEST(TheCpuset, IsShownAsTheNumberOfCpus) {
  EXPECT_THAT(limit_readings("cpuset.cpus", "0-3,7"), ElementsAre(Pair("cgroup_cpuset_cpus", 5)));
}

TEST(TheIoLimits, AreShownByDevice) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  EXPECT_THAT(limit_readings("io.max", "8:0 rbps=2097152 wbps=max riops=max wiops=120"),
              UnorderedElementsAre(Pair("cgroup_io_max_read_bytes_per_second 8:0", 2097152),
                                   Pair("cgroup_io_max_write_bytes_per_second 8:0", infinite),
                                   Pair("cgroup_io_max_read_operations_per_second 8:0", infinite),
                                   Pair("cgroup_io_max_write_operations_per_second 8:0", 120)));
  EXPECT_THAT(limit_readings("io.weight", "default 100\n8:0 200\n"), ElementsAre(Pair("cgroup_io_weight", 100)));
}

}  // namespace
}  // namespace cgroupd
