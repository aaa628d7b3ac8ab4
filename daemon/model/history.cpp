// Names of causes.
#include "model/history.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cgroupd {
namespace {

constexpr std::array<std::pair<Cause, std::string_view>, 6> causes = {{{Cause::user, "user"},
                                                                       {Cause::file, "file"},
                                                                       {Cause::lease, "lease"},
                                                                       {Cause::drift, "drift"},
                                                                       {Cause::undo, "undo"},
                                                                       {Cause::stall, "stall"}}};

}  // namespace

std::string_view cause_name(Cause cause) {
  return std::ranges::find(causes, cause, &std::pair<Cause, std::string_view>::first)->second;
}

std::optional<Cause> find_cause(std::string_view name) {
  const auto* const at = std::ranges::find(causes, name, &std::pair<Cause, std::string_view>::second);
  return at == causes.end() ? std::nullopt : std::optional(at->first);
}

}  // namespace cgroupd
