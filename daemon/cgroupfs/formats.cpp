// Parsers of kernel text.
#include "cgroupfs/formats.h"

#include <algorithm>
#include <charconv>

#include "model/words.h"

namespace cgroupd {
namespace {

// mountinfo writes blanks and backslashes as octal escapes (fs/proc_namespace.c, mangle()).
std::string unescaped(std::string_view text) {
  constexpr std::size_t escape_length = 4;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const auto* const digits = text.data() + i + 1;
    const bool escape = text[i] == '\\' && i + escape_length <= text.size() &&
                        std::from_chars(digits, digits + escape_length - 1, value, 8).ptr == digits + escape_length - 1;
    if (escape) {
      out += static_cast<char>(value);
      i += escape_length - 1;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::optional<std::uint64_t> single_number(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> keyed_value(std::string_view text, std::string_view key) {
  std::optional<std::uint64_t> found;
  for_each_keyed(text, [&](std::string_view k, std::uint64_t value) {
    if (k == key && !found) found = value;
  });
  return found;
}

std::vector<std::string_view> words(std::string_view text) {
  return words_of(text, " \t\n");
}

std::vector<std::int32_t> process_ids(std::string_view text) {
  std::vector<std::int32_t> ids;
  for (const auto word : words(text)) {
    std::int32_t id = 0;
    if (std::from_chars(word.data(), word.data() + word.size(), id).ec == std::errc()) ids.push_back(id);
  }
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

std::vector<Cgroup2Mount> cgroup2_mounts(std::string_view mountinfo) {
  // 36 35 98:0 /root /mount/point rw,… [optional fields] - type source super-options
  constexpr std::size_t root_field = 3;
  constexpr std::size_t point_field = 4;
  std::vector<Cgroup2Mount> mounts;
  while (!mountinfo.empty()) {
    const auto end = std::min(mountinfo.find('\n'), mountinfo.size());
    const auto line = words(mountinfo.substr(0, end));
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
    const auto dash = std::ranges::find(line, "-");
    if (line.end() - dash < 4 || *(dash + 1) != "cgroup2" ||
        dash - line.begin() <= static_cast<std::ptrdiff_t>(point_field))
      continue;
    mounts.push_back({.mount_point = unescaped(line[point_field]),
                      .root = unescaped(line[root_field]),
                      .options = std::string(*(dash + 3))});
  }
  return mounts;
}

std::optional<std::string> cgroup2_path(std::string_view proc_cgroup) {
  constexpr std::string_view prefix = "0::";
  constexpr std::string_view deleted = " (deleted)";
  while (!proc_cgroup.empty()) {
    const auto end = std::min(proc_cgroup.find('\n'), proc_cgroup.size());
    auto line = proc_cgroup.substr(0, end);
    proc_cgroup.remove_prefix(std::min(end + 1, proc_cgroup.size()));
    if (!line.starts_with(prefix)) continue;
    line.remove_prefix(prefix.size());
    if (line.ends_with(deleted)) line.remove_suffix(deleted.size());
    return std::string(line);
  }
  return std::nullopt;
}

}  // namespace cgroupd
