// One file a change: lines of words between tabs (no name or value has one), the last line "end".
#include "store/intents.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lines.h"

namespace cgroupd {
namespace {

constexpr std::string_view last_line = "end\n";

std::string print(const Intent& intent, const std::string& boot_id) {
  std::string text;
  add_line(text, {"boot", boot_id});
  for (const auto& cgroup : intent.made) add_line(text, {"made", cgroup.str()});
  for (const auto& cgroup : intent.removed) add_line(text, {"removed", cgroup.str()});
  for (const auto& undo : intent.undo)
    add_line(text, {"undo", undo.cgroup.str(), undo.limit->file, print_value(undo.value)});
  return text.append(last_line);
}

// Nothing when it is not whole, or of another boot.
std::optional<Intent> parse(std::string_view text, std::uint64_t id, std::string_view boot_id) {
  if (!text.ends_with(last_line)) return std::nullopt;
  Intent intent{.id = id};
  for (const auto& words : read_lines(text)) {
    if (words[0] == "boot" && (words.size() != 2 || words[1] != boot_id)) return std::nullopt;
    const bool is_made = words[0] == "made" && words.size() == 2;
    const bool is_removed = words[0] == "removed" && words.size() == 2;
    const bool is_undo = words[0] == "undo" && words.size() == 4;
    if (!is_made && !is_removed && !is_undo) continue;
    const auto cgroup = CgroupPath::parse(words[1]);
    if (!cgroup) continue;
    if (!is_undo) {
      (is_made ? intent.made : intent.removed).push_back(*cgroup);
      continue;
    }
    const Limit* const limit = find_limit(words[2]);
    if (limit == nullptr) continue;
    if (auto value = parse_value(*limit, words[3]))
      intent.undo.push_back({.cgroup = *cgroup, .limit = limit, .value = *std::move(value)});
  }
  return intent;
}

std::string read_whole(const std::string& file) {
  std::string text;
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return text;
  std::array<char, 4096> buffer{};
  constexpr std::size_t most = std::size_t{16} << 20U;
  for (ssize_t got = 0; text.size() < most && (got = ::read(fd, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(fd);
  return text;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

Result<Intents> Intents::open(const std::string& directory, std::string boot_id) {
  std::string own = directory + "/intents";
  if (::mkdir(own.c_str(), 0700) < 0 && errno != EEXIST)
    return fail(ErrorCode::failed, "cannot make " + own + ": " + std::strerror(errno), {}, errno);
  return Intents(std::move(own), std::move(boot_id));
}

Result<void> Intents::begin(const Intent& intent) {
  const std::string file = file_of(intent.id);
  const std::string text = print(intent, boot_id_);
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  const ssize_t put = fd < 0 ? -1 : ::write(fd, text.data(), text.size());
  const int error = put < 0 ? errno : ENOSPC;
  if (fd >= 0) ::close(fd);
  if (put == static_cast<ssize_t>(text.size())) return {};
  ::unlink(file.c_str());
  return fail(error == ENOSPC || error == EDQUOT ? ErrorCode::limit_exceeded : ErrorCode::failed,
              "nothing was changed, because the change cannot be noted in " + file + ": " + std::strerror(error),
              "make room on the disk that holds it", error);
}

void Intents::end(std::uint64_t id) {
  ::unlink(file_of(id).c_str());
}

std::vector<Intent> Intents::left_behind() {
  std::vector<Intent> all;
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(directory_.c_str()));
  if (!directory) return all;
  std::vector<std::uint64_t> ids;
  while (const dirent* const entry = ::readdir(directory.get())) {
    const std::string_view name(static_cast<const char*>(entry->d_name));
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error == std::errc() && end == name.data() + name.size()) ids.push_back(id);
  }
  std::ranges::sort(ids, std::greater<>());
  for (const std::uint64_t id : ids) {
    if (auto intent = parse(read_whole(file_of(id)), id, boot_id_)) {
      all.push_back(*std::move(intent));
    } else {
      end(id);
    }
  }
  return all;
}

}  // namespace cgroupd
