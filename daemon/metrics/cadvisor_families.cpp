// The table. Names and types as cAdvisor has them on cgroup v2.
#include "metrics/cadvisor_families.h"

#include <array>

namespace cgroupd {
namespace {

using enum CadvisorValue;

constexpr CadvisorFamily counter(std::string_view name, std::string_view source, std::string_view help,
                                 CadvisorValue value = same, std::string_view more_labels = {}) {
  return {.family = {.name = name, .type = MetricType::counter, .help = help},
          .source = source,
          .value = value,
          .more_labels = more_labels};
}
constexpr CadvisorFamily gauge(std::string_view name, std::string_view source, std::string_view help,
                               CadvisorValue value = same) {
  return {.family = {.name = name, .type = MetricType::gauge, .help = help},
          .source = source,
          .value = value,
          .more_labels = {}};
}

constexpr std::array families = {
    counter("container_cpu_usage_seconds_total", "cgroup_cpu_usage_seconds_total", "CPU time used", if_not_zero,
            "cpu=\"total\""),
    counter("container_cpu_user_seconds_total", "cgroup_cpu_user_seconds_total", "CPU time used in user mode"),
    counter("container_cpu_system_seconds_total", "cgroup_cpu_system_seconds_total", "CPU time used in the kernel"),
    counter("container_cpu_cfs_periods_total", "cgroup_cpu_periods_total", "Quota periods", if_quota),
    counter("container_cpu_cfs_throttled_periods_total", "cgroup_cpu_throttled_periods_total",
            "Quota periods in which the quota ran out", if_quota),
    counter("container_cpu_cfs_throttled_seconds_total", "cgroup_cpu_throttled_seconds_total", "Time spent throttled",
            if_quota),
    counter("container_cpu_cfs_burst_periods_total", "cgroup_cpu_bursts_total", "Quota periods with a burst", if_quota),
    counter("container_cpu_cfs_burst_seconds_total", "cgroup_cpu_burst_seconds_total", "CPU time used in bursts",
            if_quota),
    gauge("container_memory_usage_bytes", "cgroup_memory_current_bytes", "Memory in use, page cache included"),
    gauge("container_memory_working_set_bytes", "cgroup_memory_working_set_bytes",
          "Memory in use less inactive page cache"),
    gauge("container_memory_rss", "cgroup_memory_anon_bytes", "Anonymous memory"),
    gauge("container_memory_cache", "cgroup_memory_file_bytes", "Page cache"),
    gauge("container_memory_mapped_file", "cgroup_memory_file_mapped_bytes", "Mapped page cache"),
    gauge("container_memory_total_active_file_bytes", "cgroup_memory_active_file_bytes", "Active page cache"),
    gauge("container_memory_total_inactive_file_bytes", "cgroup_memory_inactive_file_bytes", "Inactive page cache"),
    gauge("container_memory_swap", "cgroup_memory_swap_current_bytes", "Swap in use"),
    gauge("container_memory_max_usage_bytes", "cgroup_memory_peak_bytes", "Most memory ever in use"),
    gauge("container_memory_kernel_usage", "cgroup_memory_current_bytes", "0 on cgroup v2", zero),
    counter("container_memory_failcnt", "cgroup_memory_current_bytes", "0 on cgroup v2", zero),
    counter("container_memory_failures_total", "cgroup_memory_page_faults_total", "Page faults", same,
            R"(failure_type="pgfault",scope="container")"),
    counter("container_memory_failures_total", "cgroup_memory_page_faults_total", "Page faults", same,
            R"(failure_type="pgfault",scope="hierarchy")"),
    counter("container_memory_failures_total", "cgroup_memory_major_page_faults_total", "Page faults", same,
            R"(failure_type="pgmajfault",scope="container")"),
    counter("container_memory_failures_total", "cgroup_memory_major_page_faults_total", "Page faults", same,
            R"(failure_type="pgmajfault",scope="hierarchy")"),
    counter("container_memory_events_high_total", "cgroup_memory_events_high_total", "Times throttled at memory.high"),
    counter("container_memory_events_max_total", "cgroup_memory_events_max_total",
            "Times use was about to pass memory.max"),
    gauge("container_memory_file_dirty_bytes", "cgroup_memory_file_dirty_bytes", "Page cache not yet written back"),
    gauge("container_memory_file_writeback_bytes", "cgroup_memory_file_writeback_bytes",
          "Page cache being written back"),
    counter("container_memory_pgscan_total", "cgroup_memory_reclaim_scanned_pages_total", "Pages looked at by reclaim"),
    counter("container_memory_pgsteal_total", "cgroup_memory_reclaimed_pages_total", "Pages reclaimed"),
    counter("container_memory_workingset_refault_file_total", "cgroup_memory_refaulted_file_pages_total",
            "Pages of files read again soon after reclaim"),
    counter("container_memory_workingset_refault_anon_total", "cgroup_memory_refaulted_anon_pages_total",
            "Anonymous pages needed again soon after reclaim"),
    counter("container_oom_events_total", "cgroup_memory_events_oom_kill_total", "Processes killed by the OOM killer"),
    counter("container_pressure_cpu_waiting_seconds_total", "cgroup_pressure_cpu_waiting_seconds_total",
            "Time in which some task waited for a CPU"),
    counter("container_pressure_cpu_stalled_seconds_total", "cgroup_pressure_cpu_stalled_seconds_total",
            "Time in which all tasks waited for a CPU"),
    counter("container_pressure_memory_waiting_seconds_total", "cgroup_pressure_memory_waiting_seconds_total",
            "Time in which some task waited for memory"),
    counter("container_pressure_memory_stalled_seconds_total", "cgroup_pressure_memory_stalled_seconds_total",
            "Time in which all tasks waited for memory"),
    counter("container_pressure_io_waiting_seconds_total", "cgroup_pressure_io_waiting_seconds_total",
            "Time in which some task waited for I/O"),
    counter("container_pressure_io_stalled_seconds_total", "cgroup_pressure_io_stalled_seconds_total",
            "Time in which all tasks waited for I/O"),
    counter("container_fs_reads_bytes_total", "cgroup_io_read_bytes_total", "Bytes read"),
    counter("container_fs_writes_bytes_total", "cgroup_io_written_bytes_total", "Bytes written"),
    counter("container_fs_reads_total", "cgroup_io_reads_total", "Read operations"),
    counter("container_fs_writes_total", "cgroup_io_writes_total", "Write operations"),
    counter("container_blkio_device_usage_total", "cgroup_io_read_bytes_total", "Bytes moved", same,
            "operation=\"Read\""),
    counter("container_blkio_device_usage_total", "cgroup_io_written_bytes_total", "Bytes moved", same,
            "operation=\"Write\""),
    gauge("container_processes", "cgroup_processes", "Processes"),
    gauge("container_threads", "cgroup_pids_current", "Processes and threads"),
    gauge("container_threads_max", "cgroup_pids_max", "Most processes and threads, 0 is no limit", zero_if_unlimited),
    gauge("container_spec_memory_limit_bytes", "cgroup_memory_max_bytes", "Memory limit, 0 is none", zero_if_unlimited),
    gauge("container_spec_memory_swap_limit_bytes", "cgroup_memory_swap_max_bytes", "Swap limit, 0 is none",
          zero_if_unlimited),
    gauge("container_spec_memory_reservation_limit_bytes", "cgroup_memory_min_bytes", "Protected memory",
          zero_if_unlimited),
    gauge("container_spec_cpu_period", "cgroup_cpu_period_seconds", "CPU quota period in microseconds", microseconds),
    gauge("container_spec_cpu_quota", "cgroup_cpu_quota_cores", "CPU quota in microseconds a period",
          quota_microseconds),
    gauge("container_spec_cpu_shares", "cgroup_cpu_weight", "CPU shares", shares),
};

}  // namespace

std::span<const CadvisorFamily> cadvisor_families() {
  return families;
}

}  // namespace cgroupd
