// The reentrant calls, for nobody knows which thread asks.
#include "core/accounts.h"

#include <array>
#include <optional>

#include <grp.h>
#include <pwd.h>
#include <sys/types.h>

namespace cgroupd {
namespace {

struct User {
  std::string name;
  gid_t group = 0;
};

std::optional<User> find_user(std::uint32_t uid) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
  return User{.name = entry.pw_name, .group = entry.pw_gid};
}

}  // namespace

std::string user_name(std::uint32_t uid) {
  const auto user = find_user(uid);
  return user ? user->name : "uid " + std::to_string(uid);
}

std::vector<std::string> groups_of(std::uint32_t uid) {
  const auto user = find_user(uid);
  if (!user) return {};
  std::array<gid_t, 256> ids{};
  int count = static_cast<int>(ids.size());
  if (::getgrouplist(user->name.c_str(), user->group, ids.data(), &count) < 0) count = static_cast<int>(ids.size());
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    std::array<char, 16384> buffer{};
    group entry{};
    group* found = nullptr;
    const gid_t id = ids.at(static_cast<std::size_t>(i));
    if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
      names.emplace_back(entry.gr_name);
  }
  return names;
}

bool may_exist(const std::string& user_or_group) {
  std::array<char, 16384> buffer{};
  if (user_or_group.starts_with('@')) {
    group entry{};
    group* found = nullptr;
    return ::getgrnam_r(user_or_group.c_str() + 1, &entry, buffer.data(), buffer.size(), &found) != 0 ||
           found != nullptr;
  }
  passwd entry{};
  passwd* found = nullptr;
  return ::getpwnam_r(user_or_group.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found != nullptr;
}

}  // namespace cgroupd
