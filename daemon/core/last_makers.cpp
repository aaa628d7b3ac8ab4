// Newest first: the first that is met counts.
#include "core/last_makers.h"

#include "model/history.h"

namespace cgroupd {

std::optional<std::uint32_t> LastMakers::of(const CgroupPath& cgroup) {
  if (!all_) all_ = read();
  const auto at = all_->find(cgroup);
  return at == all_->end() ? std::nullopt : std::optional(at->second);
}

LastMakers::All LastMakers::read() {
  constexpr std::size_t at_once = 256;
  All all;
  HistoryQuery query{.most = UINT32_MAX};
  do {
    const auto page = store_.history_page(query, at_once);
    if (!page) return all;
    for (const auto& entry : page->entries) {
      // What an undo makes again belongs to whom it belonged, if to anybody.
      const bool is_undo = entry.cause == Cause::undo && !entry.made.empty();
      const auto former = is_undo ? store_.former(entry.id, {}).value_or(FormerCgroups()) : FormerCgroups();
      for (const auto& cgroup : entry.made) {
        const auto was = former.find(cgroup);
        const bool is_known = was != former.end() && was->second.owner;
        if (const auto owner = is_known ? was->second.owner : entry.who.uid) all.emplace(cgroup, *owner);
      }
    }
    query.before = page->older;
  } while (query.before);
  return all;
}

}  // namespace cgroupd
