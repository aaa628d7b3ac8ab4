// user.slice/user-UID.slice/user@UID.service, as systemd lays it out.
#include "metrics/user_cgroups.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "metrics/page.h"

namespace cgroupd {
namespace {

constexpr const char* users_slice = "/user.slice";
constexpr std::size_t most_users = 4096;

std::optional<std::uint32_t> user_of_slice(std::string_view name) {
  constexpr std::string_view prefix = "user-";
  constexpr std::string_view suffix = ".slice";
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  name.remove_suffix(std::min(suffix.size(), name.size()));
  std::uint32_t uid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), uid);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(uid) : std::nullopt;
}

}  // namespace

UserCgroups::User::User(TreeReader& reader, const WalkFiles& files, Selection& selection, std::string its_manager,
                        std::string its_label)
    : manager(std::move(its_manager)),
      label(std::move(its_label)),
      containers(reader, files, selection, {.manager = manager, .label = label}) {}

UserCgroups::UserCgroups(TreeReader& reader, const WalkFiles& files, Selection& selection, NameOf name_of)
    : reader_(reader), files_(files), selection_(selection), name_of_(std::move(name_of)) {}

void UserCgroups::walk(const VisitCgroup& visit) {
  find_users();
  for (const auto& [uid, user] : users_) walk_user(*user, visit);
}

void UserCgroups::find_users() {
  std::set<std::uint32_t> there;
  if (!slice_) {
    if (auto opened = reader_.open_in_hierarchy(users_slice)) slice_ = std::move(*opened);
  }
  const OrErrno<std::vector<std::string>> names =
      slice_ ? slice_->children() : OrErrno<std::vector<std::string>>(std::vector<std::string>());
  if (!names) slice_.reset();
  for (const std::string& name : names.value_or(std::vector<std::string>())) {
    const std::optional<std::uint32_t> uid = user_of_slice(name);
    if (uid && there.size() < most_users) there.insert(*uid);
  }
  std::erase_if(users_, [&](const auto& user) { return !there.contains(user.first); });
  for (const std::uint32_t uid : there) {
    if (users_.contains(uid)) continue;
    const std::string number = std::to_string(uid);
    std::string label;
    append_label(label, "root", name_of_(uid));
    users_.emplace(
        uid, std::make_unique<User>(reader_, files_, selection_,
                                    std::string(users_slice) + "/user-" + number + ".slice/user@" + number + ".service",
                                    std::move(label)));
  }
}

void UserCgroups::walk_user(User& user, const VisitCgroup& visit) {
  user.containers.find();
  const std::optional<std::string>& place = user.containers.tree();
  if (!place || (user.tree && user.tree->place() != *place)) user.tree.reset();
  if (place && !user.tree) {
    user.tree =
        std::make_unique<CgroupTree>(reader_, files_, selection_, TreeRoot{.place = place, .label = user.label});
  }
  if (user.tree) {
    const auto is_managed = [](const CgroupPath& /*cgroup*/) { return true; };
    // It may go away in the middle.
    (void)user.tree->walk(is_managed, [&](CgroupNode& cgroup, std::string_view stat) {
      read_mark(cgroup);
      visit(cgroup, stat);
    });
  }
  user.containers.walk(nullptr, user.tree.get(), visit);
}

std::vector<UserCgroups::Root> UserCgroups::roots() const {
  std::vector<Root> roots;
  for (const auto& [uid, user] : users_)
    roots.push_back({.label = user->label, .place = user->tree ? user->tree->place() : user->manager, .uid = uid});
  return roots;
}

}  // namespace cgroupd
