// prometheus-cpp has no process collector.
#include "metrics/process_metrics.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/formats.h"
#include "metrics/seconds.h"

namespace cgroupd {
namespace {

constexpr double nanoseconds_per_second = 1e9;

std::string read_small_file(const char* path) {
  const FileDescriptor file(open(path, O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text = {};
  const ssize_t length = file ? read(file.get(), text.data(), text.size()) : 0;
  return {text.data(), static_cast<std::size_t>(length > 0 ? length : 0)};
}

std::optional<double> field(const std::vector<std::string_view>& fields, std::size_t index) {
  if (index >= fields.size()) return std::nullopt;
  const auto number = single_number(fields[index]);
  return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

std::optional<double> open_descriptors() {
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir("/proc/self/fd"));
  if (!directory) return std::nullopt;
  double count = -3;  // ".", ".." and the descriptor of this listing
  while (readdir(directory.get()) != nullptr) ++count;
  return count;
}

double seconds_of(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / nanoseconds_per_second;
}

// proc(5): starttime is field 22 of /proc/self/stat, in ticks after boot; the name in field 2 may hold blanks and ends
// at the last ')'.
std::optional<double> start_time() {
  constexpr std::size_t start_time_after_name = 19;
  const std::string stat = read_small_file("/proc/self/stat");
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  const auto ticks = field(words(std::string_view(stat).substr(name_end + 1)), start_time_after_name);
  if (!ticks) return std::nullopt;
  return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + *ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / microseconds_per_second;
}

}  // namespace

void write_process_metrics(Page& page) {
  const auto write = [&page](const MetricFamily& family, std::optional<double> value) {
    if (value) page.single(family, *value);
  };
  rusage usage = {};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    page.single({"process_cpu_seconds_total", MetricType::counter, "CPU time used by the daemon"},
                seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  }
  const std::string statm = read_small_file("/proc/self/statm");
  const std::vector<std::string_view> pages = words(statm);
  const auto page_size = static_cast<double>(sysconf(_SC_PAGESIZE));
  const auto in_bytes = [page_size](std::optional<double> count) {
    return count ? std::optional(*count * page_size) : std::nullopt;
  };
  write({"process_virtual_memory_bytes", MetricType::gauge, "Address space of the daemon"}, in_bytes(field(pages, 0)));
  write({"process_resident_memory_bytes", MetricType::gauge, "Resident memory of the daemon"},
        in_bytes(field(pages, 1)));
  write({"process_open_fds", MetricType::gauge, "File descriptors the daemon has open"}, open_descriptors());
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    page.single({"process_max_fds", MetricType::gauge, "File descriptors the daemon may have open"},
                static_cast<double>(files.rlim_cur));
  }
  write({"process_start_time_seconds", MetricType::gauge, "When the daemon was started, as a Unix time"}, start_time());
}

}  // namespace cgroupd
