// Patterns for names of cgroups and families.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cgroupd {

/// `*` is any run of characters within a component, `**` also beyond a `/`, `?` is one character but `/`. Everything
/// else stands for itself, and the whole text must match: "batch/**" is all beneath batch, not batch itself.
bool matches_glob(std::string_view pattern, std::string_view text);

bool matches_any(std::span<const std::string> patterns, std::string_view text);

}  // namespace cgroupd
