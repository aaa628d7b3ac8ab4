// /proc, read and taken apart.
#include "metrics/machine.h"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"
#include "cgroupfs/formats.h"

namespace cgroupd {
namespace {

std::string read_proc(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> part;  // NOLINT(cppcoreguidelines-pro-type-member-init): read fills what is used
  for (ssize_t got = 0; file && (got = read(file.get(), part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(got));
  return text;
}

template <typename Take>
void for_each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::uint64_t number_at(const std::vector<std::string_view>& fields, std::size_t index) {
  return index < fields.size() ? single_number(fields[index]).value_or(0) : 0;
}

}  // namespace

MachineMemory parse_meminfo(std::string_view text) {
  constexpr std::uint64_t kib = 1024;
  MachineMemory memory;
  std::uint64_t swap_total = 0;
  std::uint64_t swap_free = 0;
  for_each_line(text, [&](std::string_view line) {
    const std::vector<std::string_view> fields = words(line);
    if (fields.size() < 2) return;
    const std::uint64_t bytes = number_at(fields, 1) * kib;
    if (fields[0] == "MemTotal:") memory.total = bytes;
    if (fields[0] == "MemFree:") memory.free = bytes;
    if (fields[0] == "Inactive(file):") memory.inactive_file = bytes;
    if (fields[0] == "SwapTotal:") swap_total = bytes;
    if (fields[0] == "SwapFree:") swap_free = bytes;
  });
  memory.swap_used = swap_total - std::min(swap_free, swap_total);
  return memory;
}

std::vector<NetworkInterface> parse_net_dev(std::string_view text) {
  std::vector<NetworkInterface> interfaces;
  for_each_line(text, [&](std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;  // the two lines of headings
    const std::vector<std::string_view> name = words(line.substr(0, colon));
    const std::vector<std::string_view> numbers = words(line.substr(colon + 1));
    constexpr std::size_t columns = 16;
    if (name.size() != 1 || name[0] == "lo" || numbers.size() < columns) return;
    interfaces.push_back({.name = std::string(name[0]),
                          .receive_bytes = number_at(numbers, 0),
                          .receive_packets = number_at(numbers, 1),
                          .receive_errors = number_at(numbers, 2),
                          .receive_dropped = number_at(numbers, 3),
                          .transmit_bytes = number_at(numbers, 8),
                          .transmit_packets = number_at(numbers, 9),
                          .transmit_errors = number_at(numbers, 10),
                          .transmit_dropped = number_at(numbers, 11)});
  });
  return interfaces;
}

MachineMemory read_machine_memory() {
  return parse_meminfo(read_proc("/proc/meminfo"));
}

std::vector<NetworkInterface> read_own_network(pid_t process) {
  const std::string directory = "/proc/" + std::to_string(process);
  struct stat its = {};
  struct stat ours = {};
  // The file of every network namespace has a number of its own. The namespace itself could not be looked at: that
  // takes the right to trace the process, which Landlock takes away.
  const bool is_ours = stat((directory + "/net/dev").c_str(), &its) != 0 || stat("/proc/self/net/dev", &ours) != 0 ||
                       (its.st_ino == ours.st_ino && its.st_dev == ours.st_dev);
  return is_ours ? std::vector<NetworkInterface>() : parse_net_dev(read_proc(directory + "/net/dev"));
}

std::vector<NetworkInterface> read_our_network() {
  return parse_net_dev(read_proc("/proc/self/net/dev"));
}

}  // namespace cgroupd
