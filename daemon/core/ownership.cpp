// One mark.
#include "core/ownership.h"

#include <charconv>
#include <string>

namespace cgroupd {
namespace {

constexpr const char* mark_name = "owner";

}  // namespace

std::optional<std::uint32_t> owner_of(Kernel& kernel, const CgroupPath& cgroup) {
  const auto text = kernel.mark(cgroup, mark_name);
  if (!text) return std::nullopt;
  const std::string mark = text->value_or("");
  std::uint32_t uid = 0;
  const auto [end, error] = std::from_chars(mark.data(), mark.data() + mark.size(), uid);
  return error == std::errc() && end == mark.data() + mark.size() ? std::optional(uid) : std::nullopt;
}

Result<void> set_owner(Kernel& kernel, const CgroupPath& cgroup, std::uint32_t uid) {
  return kernel.set_mark(cgroup, mark_name, std::to_string(uid));
}

}  // namespace cgroupd
