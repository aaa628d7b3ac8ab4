// cgctl remove: take cgroups away.
#include <algorithm>
#include <array>
#include <vector>

#include "client/command_line.h"
#include "client/verbs/changed.h"
#include "client/verbs/verbs.h"

namespace cgroupd::client {
namespace {

constexpr std::array remove_options = {
    Option{"kill", '\0', "", "kill what runs in it and below, and remove that too"},
};
constexpr std::array<std::string_view, 2> remove_examples = {
    "cgctl remove web",
    "cgctl remove --kill batch web",
};

Result<int> remove_act(Session& session) {
  const bool kill = session.line.has("kill");
  // Children first, so that `remove a a/b` works in any order; with --kill a parent takes its children with it.
  std::vector<CgroupPath> names;
  for (const auto& name : session.line.names) {
    const bool goes_with_another = kill && std::ranges::any_of(session.line.names, [&](const CgroupPath& other) {
                                     return other != name && other.contains(name);
                                   });
    if (!goes_with_another) names.push_back(name);
  }
  std::ranges::stable_sort(names, std::ranges::greater{}, &CgroupPath::depth);
  return for_each_name(session, names, "removed",
                       [&](const CgroupPath& name) { return session.manager.remove(name, kill); });
}

}  // namespace

const Verb remove_verb = {.name = "remove",
                          .summary = "remove empty cgroups",
                          .usage = "[--kill] NAME...",
                          .about = "A cgroup with processes or children is refused unless --kill is given.",
                          .words = Words::names,
                          .takes_limits = false,
                          .needs_limits = false,
                          .options = remove_options,
                          .examples = remove_examples,
                          .act = remove_act};

}  // namespace cgroupd::client
