// Lines of words between tabs (no name or value has one). The first says whose it is and how long, the last that it is
// whole.
#include "store/intents.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "store/lines.h"

namespace cgroupd {
namespace {

// The first line tells the length of the rest, which is printed before it.
std::string print(const Intent& intent, const std::string& boot_id) {
  std::string rest;
  constexpr std::size_t usual = 512;
  rest.reserve(usual);
  for (const auto& cgroup : intent.made) add_line(rest, {"made", cgroup.str()});
  for (const auto& cgroup : intent.removed) add_line(rest, {"removed", cgroup.str()});
  for (const auto& undo : intent.undo)
    add_line(rest, {"undo", undo.cgroup.str(), undo.limit->file, print_value(undo.value)});
  const std::string id = std::to_string(intent.id);
  add_line(rest, {"end", id});
  std::string text;
  text.reserve(usual);
  add_line(text, {"intent", id, boot_id, std::to_string(rest.size())});
  return text += rest;
}

// What an ended one begins with.
constexpr std::string_view ended = "-";

std::uint64_t number_in(std::string_view word) {
  std::uint64_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

// Nothing when it has ended, is not whole, or of another boot.
std::optional<Intent> parse(std::string_view text, std::string_view boot_id) {
  const auto end_of_first = text.find('\n');
  if (end_of_first == std::string_view::npos) return std::nullopt;
  const auto first = read_lines(text.substr(0, end_of_first));
  if (first.empty() || first[0].size() != 4 || first[0][0] != "intent" || first[0][2] != boot_id) return std::nullopt;
  Intent intent{.id = number_in(first[0][1])};
  // What stood there before may be longer.
  text = text.substr(end_of_first + 1, number_in(first[0][3]));
  if (!text.ends_with("end\t" + std::to_string(intent.id) + "\n")) return std::nullopt;
  for (const auto& words : read_lines(text)) {
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

}  // namespace

Result<Intents> Intents::open(const std::string& directory, std::string boot_id) {
  std::string own = directory + "/intents";
  if (::mkdir(own.c_str(), 0700) < 0 && errno != EEXIST)
    return fail(ErrorCode::failed, "cannot make " + own + ": " + std::strerror(errno), {}, errno);
  return Intents(std::move(own), std::move(boot_id));
}

Result<Intents::Slot*> Intents::free_slot() {
  std::erase_if(slots_, [](const Slot& slot) { return !slot.id && slot.file.is_gone(); });
  const auto free = std::ranges::find_if(slots_, [](const Slot& slot) { return !slot.id; });
  if (free != slots_.end()) return &*free;
  // Without a gap, which left_behind() would not look beyond.
  std::size_t number = 0;
  while (std::ranges::any_of(slots_, [&](const Slot& slot) { return slot.file.path() == file_of(number); })) ++number;
  return OwnFile::open(file_of(number)).map([this](OwnFile file) {
    slots_.push_back({.file = std::move(file), .id = {}});
    return &slots_.back();
  });
}

Result<void> Intents::begin(const Intent& intent) {
  auto done = free_slot().and_then([&](Slot* slot) {
    auto put = slot->file.put(print(intent, boot_id_), 0);
    if (put) {
      slot->id = intent.id;
    } else {
      [[maybe_unused]] const auto ignored = slot->file.put(ended, 0);  // it has no end line, either
    }
    return put;
  });
  if (!done) done.error().message = "nothing was changed, because the change cannot be noted: " + done.error().message;
  return done;
}

void Intents::end(std::uint64_t id) {
  const auto slot = std::ranges::find(slots_, std::optional(id), &Slot::id);
  if (slot == slots_.end()) return;
  if (!slot->file.put(ended, 0)) [[maybe_unused]]
    const auto ignored = slot->file.cut(0);
  slot->id.reset();
  // Many at once are rare.
  constexpr std::size_t kept = 8;
  while (slots_.size() > kept && !slots_.back().id) {
    ::unlink(slots_.back().file.path().c_str());
    slots_.pop_back();
  }
}

Result<std::vector<Intent>> Intents::left_behind() {
  std::vector<Intent> all;
  for (std::size_t number = 0;; ++number) {
    const std::string path = file_of(number);
    if (::access(path.c_str(), F_OK) < 0) break;
    auto file = OwnFile::open(path);
    if (!file) return fail(file.error());
    const auto text = file->whole();
    if (!text) return fail(text.error());
    auto intent = parse(*text, boot_id_);
    slots_.push_back({.file = *std::move(file), .id = intent ? std::optional(intent->id) : std::nullopt});
    if (intent) all.push_back(*std::move(intent));
  }
  std::ranges::sort(all, std::greater<>(), &Intent::id);
  return all;
}

}  // namespace cgroupd
