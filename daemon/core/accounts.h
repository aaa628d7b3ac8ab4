// Users by number and by name, as this host knows them (passwd(5), group(5)).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cgroupd {

/// "dev"; "uid 1000" for one that has no name.
std::string user_name(std::uint32_t uid);

/// Names of the groups a user is in; none when the user is unknown.
std::vector<std::string> groups_of(std::uint32_t uid);

/// False when this host knows no user of that name, or no group for "@staff"; true also when that cannot be found out.
bool may_exist(const std::string& user_or_group);

}  // namespace cgroupd
