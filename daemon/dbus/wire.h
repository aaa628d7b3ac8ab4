// Model values to bus values and back; the same code in daemon and client.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sdbus-c++/Error.h>
#include <sdbus-c++/Types.h>

#include "model/cgroup_status.h"
#include "model/limit_change.h"
#include "model/limit_value.h"
#include "model/result.h"

namespace cgroupd::wire {

inline constexpr const char* service_name = "org.cgroupd1";
inline constexpr const char* object_path = "/org/cgroupd1";
inline constexpr const char* interface_name = "org.cgroupd1.Manager";
inline constexpr std::string_view error_prefix = "org.cgroupd1.Error.";

using Dictionary = std::map<std::string, sdbus::Variant>;

/// Leaves `into` as it is where there is no such key; throws sdbus::Error for a value of another type.
template <typename T>
void take(const Dictionary& dictionary, const char* key, T& into) {
  if (const auto at = dictionary.find(key); at != dictionary.end()) into = at->second.get<T>();
}

/// As with_bus_value() says.
Dictionary encode_values(const Values& values);
Result<Values> decode_values(const Dictionary& dictionary);

/// Accepts t u x i q n y (not negative), b, (tt), s; anything else is invalid_argument naming key and type.
Result<Changes> decode_changes(const Dictionary& dictionary);
Dictionary encode_changes(const Changes& changes);

/// Limits that are asked for but were skipped, and why: beside the limits in force, under this key, as a{ss}.
inline constexpr const char* skipped_key = "skipped";
using Skipped = std::map<const Limit*, std::string>;
/// Adds nothing when there are none.
void add_skipped(Dictionary& in_force, const Skipped& skipped);
Result<Skipped> decode_skipped(const Dictionary& in_force);

Dictionary encode_status(const CgroupStatus& status);
Result<CgroupStatus> decode_status(const Dictionary& dictionary);

/// What an option says: b, t or u, s; nothing when it is of another type, which no option has.
using OptionValue = std::variant<std::monostate, bool, std::uint64_t, std::string>;
using Options = std::map<std::string, OptionValue, std::less<>>;
Options options_of(const Dictionary& dictionary);

/// A boolean or number option. An option that no method knows is the caller's mistake: see require_known().
Result<bool> option_flag(const Options& options, std::string_view name);
/// Absent when it is not there; invalid_argument for another type.
Result<std::optional<std::uint64_t>> option_number(const Options& options, std::string_view name);
Result<std::optional<std::string>> option_text(const Options& options, std::string_view name);
/// invalid_argument naming the first option that is not in `known`.
Result<void> require_known(const Options& options, std::initializer_list<std::string_view> known);
tl::unexpected<Error> unknown_option(std::string_view name, std::span<const std::string_view> known);

/// A model error as the bus shows it, and back (unknown names become `failed`).
sdbus::Error to_bus_error(const Error& error);
Error from_bus_error(const sdbus::Error& error);

}  // namespace cgroupd::wire
