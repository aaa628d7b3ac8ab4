// The kernel's text formats (cgroup-v2.rst "Format", proc(5)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cgroupd {

/// "KEY VALUE" lines (memory.events, cpu.stat): calls `take(key, value)` for every well-formed line.
template <typename Take>
void for_each_keyed(std::string_view text, Take take);

/// The value of one key of a flat keyed file; nothing when the key or a number is missing.
std::optional<std::uint64_t> keyed_value(std::string_view text, std::string_view key);

/// A file with one number ("memory.current"); nothing for "max" or anything else.
std::optional<std::uint64_t> single_number(std::string_view text);

/// Words separated by blanks or newlines (cgroup.controllers, cgroup.procs).
std::vector<std::string_view> words(std::string_view text);

/// Process ids of a cgroup.procs text, sorted, each once (the kernel may repeat them).
std::vector<std::int32_t> process_ids(std::string_view text);

/// A cgroup2 mount of /proc/self/mountinfo.
struct Cgroup2Mount {
  std::string mount_point;
  std::string root;     ///< which cgroup is mounted there: "/" but in a cgroup namespace or for a bind mount
  std::string options;  ///< super block options: "rw,nsdelegate,memory_recursiveprot"
};
std::vector<Cgroup2Mount> cgroup2_mounts(std::string_view mountinfo);

/// The cgroup2 path of /proc/PID/cgroup ("0::/user.slice/…"), without a " (deleted)" mark; nothing when there is none.
std::optional<std::string> cgroup2_path(std::string_view proc_cgroup);

// ---- implementation of the template

template <typename Take>
void for_each_keyed(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    if (const auto value = single_number(line.substr(blank + 1))) take(line.substr(0, blank), *value);
  }
}

}  // namespace cgroupd
