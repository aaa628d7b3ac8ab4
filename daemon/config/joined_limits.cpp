// Keys to limits, and which of two wishes stands.
#include "config/joined_limits.h"

#include <algorithm>
#include <utility>

#include "model/suggest.h"

namespace cgroupd {
namespace {

bool speak_of_the_same(FlagPart one, FlagPart other) {
  const auto is_quota = [](FlagPart part) { return part == FlagPart::cores || part == FlagPart::quota; };
  const auto is_all = [](FlagPart part) { return part == FlagPart::whole || part == FlagPart::shares; };
  return one == other || is_all(one) || is_all(other) || (is_quota(one) && is_quota(other));
}

bool speaks_of_a_device(const FlagMatch& match) {
  if (match.flag == nullptr) return false;
  return match.flag->part == FlagPart::read_bps || match.flag->part == FlagPart::write_bps ||
         match.flag->part == FlagPart::read_iops || match.flag->part == FlagPart::write_iops;
}

std::vector<std::string_view> known_keys() {
  std::vector<std::string_view> names;
  for (const Limit& limit : all_limits()) {
    for (const Flag& flag : limit.flags) {
      names.push_back(flag.name);
      if (!flag.alias.empty()) names.push_back(flag.alias);
    }
    names.push_back(limit.file);
  }
  return names;
}

}  // namespace

Result<void> JoinedLimits::add(std::size_t file, std::string_view key, std::string_view value) {
  const FlagMatch match = find_flag(key);
  const Limit* const limit = match.limit != nullptr ? match.limit : find_limit(key);
  if (limit == nullptr) {
    const std::string near = nearest_word(key, known_keys());
    return fail(ErrorCode::unknown_limit, "unknown limit '" + std::string(key) + "'",
                near.empty() ? "" : "did you mean '" + near + "'?");
  }
  // cgctl looks a path up where it is run; what a file means must not depend on where it is read.
  if (speaks_of_a_device(match) && value.starts_with('/')) {
    return fail(ErrorCode::invalid_argument,
                "'" + std::string(value) + "': a file names a device by its number, not by its path",
                "write it as in 8:0:1M; lsblk shows the number under MAJ:MIN");
  }
  Result<Change> change =
      match.limit != nullptr ? parse_flag_change(*limit, *match.flag, value) : parse_change(*limit, value);
  if (!change) return fail(std::move(change.error()));
  const FlagPart part = match.limit != nullptr ? match.flag->part : FlagPart::whole;

  std::vector<Wish> kept = wishes_;
  std::erase_if(kept, [&](const Wish& wish) {
    return wish.limit == limit && wish.file < file && speak_of_the_same(wish.part, part);
  });
  Changes joined;
  for (const Wish& wish : kept) {
    if (wish.limit != limit) continue;
    if (Result<void> merged = merge_change(joined, *limit, wish.change, wish.key); !merged) return merged;
  }
  if (Result<void> merged = merge_change(joined, *limit, *change, key); !merged) return merged;
  wishes_ = std::move(kept);
  wishes_.push_back(
      Wish{.file = file, .limit = limit, .part = part, .change = std::move(*change), .key = std::string(key)});
  return {};
}

Changes JoinedLimits::changes() const {
  Changes all;
  for (const Wish& wish : wishes_) {
    // add() has seen that these agree.
    [[maybe_unused]] const Result<void> merged = merge_change(all, *wish.limit, wish.change, wish.key);
  }
  return all;
}

}  // namespace cgroupd
