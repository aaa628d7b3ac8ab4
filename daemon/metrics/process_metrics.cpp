// prometheus-cpp has no process collector.
#include "metrics/process_metrics.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

// The first descriptor from `fd` on that is open, by one entry of /proc/self/fd, whose offsets are descriptors and the
// two dots; none: nothing is open there.
std::optional<int> next_open(int directory, int fd) {
  constexpr int dots = 2;
  struct alignas(dirent64) Entry {
    std::array<char, 32> bytes = {};  // room for one
  } entry;
  if (lseek(directory, off_t{fd} + dots, SEEK_SET) < 0) return std::nullopt;
  if (getdents64(directory, entry.bytes.data(), entry.bytes.size()) <= 0) return std::nullopt;
  const char* const name = entry.bytes.data() + offsetof(dirent64, d_name);
  const auto number = single_number(std::string_view(name));
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

// The first one from `fd` on that is not open: what a copy gets.
int next_free(int directory, int fd) {
  const FileDescriptor copy(fcntl(directory, F_DUPFD_CLOEXEC, fd));
  return copy ? copy.get() : std::numeric_limits<int>::max();
}

// Since Linux 6.2 the size of /proc/self/fd is the count. To list it makes the kernel set up a file for each, which
// with many cgroups takes as long as a third of the scrape; so run by run, and there are few runs as the lowest free
// number is taken first. Not with poll(2): it takes the event from a pressure trigger that the event loop waits for.
std::optional<double> open_descriptors() {
  struct stat status = {};
  if (stat("/proc/self/fd", &status) == 0 && status.st_size > 0) return static_cast<double>(status.st_size);
  const FileDescriptor directory(open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return std::nullopt;
  double count = -1;  // without this one
  int end = 0;
  while (true) {
    const std::optional<int> begin = next_open(directory.get(), end);
    if (!begin) return count;
    end = next_free(directory.get(), *begin);
    if (end == std::numeric_limits<int>::max()) return std::nullopt;  // none is left to look with
    count += end - *begin;
  }
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
  rlimit descriptors = {};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    page.single({"process_max_fds", MetricType::gauge, "File descriptors the daemon may have open"},
                static_cast<double>(descriptors.rlim_cur));
  }
  write({"process_start_time_seconds", MetricType::gauge, "When the daemon was started, as a Unix time"}, start_time());
}

}  // namespace cgroupd
