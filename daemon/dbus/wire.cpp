// Variants to values and back.
#include "dbus/wire.h"

#include <algorithm>
#include <limits>

#include "dbus/typed_text.h"

namespace cgroupd::wire {
namespace {

sdbus::Variant encode(const Value& value) {
  return with_bus_value(value, [](const auto& typed) { return sdbus::Variant(typed); });
}

}  // namespace

Dictionary encode_values(const Values& values) {
  Dictionary dictionary;
  for (const auto& [limit, value] : values) dictionary.emplace(limit->file, encode(value));
  return dictionary;
}

Result<Values> decode_values(const Dictionary& dictionary) {
  Values values;
  for (const auto& [key, variant] : dictionary) {
    const Limit* const limit = find_limit(key);
    if (limit == nullptr) continue;  // a newer daemon may know more limits than we do
    auto text = text_of(key, variant.peekValueType(), variant);
    if (!text) return fail(text.error());
    auto value = parse_value(*limit, *text);
    if (!value) return fail(value.error());
    values.emplace(limit, *std::move(value));
  }
  return values;
}

Result<Changes> decode_changes(const Dictionary& dictionary) {
  Changes changes;
  for (const auto& [key, variant] : dictionary) {
    const auto limit = require_limit(key);
    if (!limit) return fail(limit.error());
    auto change = change_of(**limit, key, variant.peekValueType(), variant);
    if (!change) return fail(change.error());
    changes.emplace(*limit, *std::move(change));
  }
  return changes;
}

Dictionary encode_changes(const Changes& changes) {
  Dictionary dictionary;
  for (const auto& [limit, change] : changes) {
    const auto* const amount = std::get_if<AmountChange>(&change);
    const auto* const number = amount == nullptr ? nullptr : std::get_if<std::uint64_t>(amount);
    dictionary.emplace(limit->file, number != nullptr ? sdbus::Variant(*number) : sdbus::Variant(print_change(change)));
  }
  return dictionary;
}

void add_skipped(Dictionary& in_force, const Skipped& skipped) {
  std::map<std::string, std::string> by_file;
  for (const auto& [limit, why] : skipped) by_file.emplace(limit->file, why);
  if (!by_file.empty()) in_force.emplace(skipped_key, by_file);
}

Result<Skipped> decode_skipped(const Dictionary& in_force) {
  Skipped skipped;
  try {
    std::map<std::string, std::string> by_file;
    take(in_force, skipped_key, by_file);
    for (auto& [file, why] : by_file) {
      if (const Limit* const limit = find_limit(file)) skipped.emplace(limit, std::move(why));
    }
  } catch (const sdbus::Error& error) {
    return fail(ErrorCode::failed, "the daemon's answer cannot be read: " + error.getMessage());
  }
  return skipped;
}

namespace {

using DesiredEntries = std::map<std::string, Dictionary>;

// (Apart from the loop below: clang-tidy 16 dies of the two in one function.)
Dictionary encode_desired_limit(const DesiredLimit& desired) {
  Dictionary entry = {{"value", encode(desired.value)},
                      {"origin", sdbus::Variant(std::string(origin_name(desired.origin)))}};
  if (desired.ends) entry.emplace("ends_usec", sdbus::Variant(static_cast<std::uint64_t>(desired.ends->count())));
  if (desired.afterwards) entry.emplace("afterwards", encode(*desired.afterwards));
  if (!desired.skipped.empty()) entry.emplace("skipped", sdbus::Variant(desired.skipped));
  return entry;
}

DesiredEntries encode_desired(const CgroupStatus& status) {
  DesiredEntries all;
  for (const auto& [limit, desired] : status.desired) all.emplace(limit->file, encode_desired_limit(desired));
  return all;
}

Result<Value> decode_value(const Limit& limit, const std::string& key, const sdbus::Variant& variant) {
  return text_of(key, variant.peekValueType(), variant).and_then([&](const std::string& text) {
    return parse_value(limit, text);
  });
}

Result<DesiredLimit> decode_desired(const Limit& limit, const Dictionary& entry) {
  DesiredLimit desired;
  std::string origin;
  std::uint64_t ends = 0;
  take(entry, "origin", origin);
  take(entry, "ends_usec", ends);
  take(entry, "skipped", desired.skipped);
  desired.origin = find_origin(origin).value_or(Origin::user);
  if (entry.contains("ends_usec")) desired.ends = std::chrono::microseconds(ends);
  const auto value = entry.find("value");
  if (value == entry.end()) return fail(ErrorCode::failed, "the daemon's answer has a desired limit without its value");
  auto decoded = decode_value(limit, value->first, value->second);
  if (!decoded) return fail(decoded.error());
  desired.value = *std::move(decoded);
  if (const auto later = entry.find("afterwards"); later != entry.end()) {
    auto afterwards = decode_value(limit, later->first, later->second);
    if (!afterwards) return fail(afterwards.error());
    desired.afterwards = *std::move(afterwards);
  }
  return desired;
}

}  // namespace

Dictionary encode_status(const CgroupStatus& status) {
  return {{"name", sdbus::Variant(status.name)},
          {"path", sdbus::Variant(status.path)},
          {"limits", sdbus::Variant(encode_values(status.limits))},
          {"usage", sdbus::Variant(status.usage)},
          {"events", sdbus::Variant(status.events)},
          {"populated", sdbus::Variant(status.populated)},
          {"frozen", sdbus::Variant(status.frozen)},
          {"drift", sdbus::Variant(std::string(drift_policy_name(status.drift)))},
          {"desired", sdbus::Variant(encode_desired(status))}};
}

Result<CgroupStatus> decode_status(const Dictionary& dictionary) {
  CgroupStatus status;
  Dictionary limits;
  DesiredEntries desired;
  std::string drift(drift_policy_name(status.drift));
  try {
    take(dictionary, "name", status.name);
    take(dictionary, "path", status.path);
    take(dictionary, "limits", limits);
    take(dictionary, "usage", status.usage);
    take(dictionary, "events", status.events);
    take(dictionary, "populated", status.populated);
    take(dictionary, "frozen", status.frozen);
    take(dictionary, "drift", drift);
    take(dictionary, "desired", desired);
    for (const auto& [key, entry] : desired) {
      const Limit* const limit = find_limit(key);
      if (limit == nullptr) continue;
      auto decoded = decode_desired(*limit, entry);
      if (!decoded) return fail(decoded.error());
      status.desired.emplace(limit, *std::move(decoded));
    }
  } catch (const sdbus::Error& error) {
    return fail(ErrorCode::failed, "the daemon's answer cannot be read: " + error.getMessage());
  }
  auto values = decode_values(limits);
  if (!values) return fail(values.error());
  status.limits = *std::move(values);
  if (const auto policy = parse_drift_policy(drift)) status.drift = *policy;
  return status;
}

Options options_of(const Dictionary& dictionary) {
  Options options;
  for (const auto& [name, variant] : dictionary) {
    const std::string type = variant.peekValueType();
    OptionValue value;
    if (type == "b") value = variant.get<bool>();
    if (type == "t") value = variant.get<std::uint64_t>();
    if (type == "u") value = std::uint64_t{variant.get<std::uint32_t>()};
    if (type == "s") value = variant.get<std::string>();
    options.emplace(name, std::move(value));
  }
  return options;
}

Result<bool> option_flag(const Options& options, std::string_view name) {
  const auto at = options.find(name);
  if (at == options.end()) return false;
  if (const bool* const flag = std::get_if<bool>(&at->second)) return *flag;
  return fail(ErrorCode::invalid_argument, "option " + std::string(name) + " is not a boolean");
}

Result<std::optional<std::uint64_t>> option_number(const Options& options, std::string_view name) {
  const auto at = options.find(name);
  if (at == options.end()) return std::nullopt;
  if (const auto* const number = std::get_if<std::uint64_t>(&at->second)) return *number;
  return fail(ErrorCode::invalid_argument, "option " + std::string(name) + " is not a number", "send t");
}

Result<std::optional<std::string>> option_text(const Options& options, std::string_view name) {
  const auto at = options.find(name);
  if (at == options.end()) return std::nullopt;
  if (const auto* const text = std::get_if<std::string>(&at->second)) return *text;
  return fail(ErrorCode::invalid_argument, "option " + std::string(name) + " is not a string", "send s");
}

Result<void> require_known(const Options& options, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : options) {
    if (std::ranges::find(known, name) == known.end()) return unknown_option(name, known);
  }
  return {};
}

tl::unexpected<Error> unknown_option(std::string_view name, std::span<const std::string_view> known) {
  constexpr std::size_t longest_shown = 64;
  std::string list;
  for (const auto word : known) list += (list.empty() ? "" : ", ") + std::string(word);
  return fail(ErrorCode::invalid_argument, "unknown option '" + std::string(name.substr(0, longest_shown)) + "'",
              "this method knows: " + list);
}

sdbus::Error to_bus_error(const Error& error) {
  return {std::string(error_prefix) + std::string(error_name(error.code)), error.text()};
}

Error from_bus_error(const sdbus::Error& error) {
  const std::string& name = error.getName();
  for (int code = 0; code <= static_cast<int>(ErrorCode::failed); ++code) {
    if (name == std::string(error_prefix) + std::string(error_name(static_cast<ErrorCode>(code)))) {
      return {.code = static_cast<ErrorCode>(code), .message = error.getMessage()};
    }
  }
  constexpr std::string_view unreachable_names[] = {
      "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
      "org.freedesktop.DBus.Error.NoReply",        "org.freedesktop.DBus.Error.Disconnected",
      "org.freedesktop.DBus.Error.NoServer",       "org.freedesktop.DBus.Error.FileNotFound",
      "org.freedesktop.DBus.Error.Timeout"};
  const bool unreachable = std::ranges::find(unreachable_names, name) != std::end(unreachable_names) ||
                           name.find(".Spawn.") != std::string::npos;
  return {.code = unreachable ? ErrorCode::unreachable : ErrorCode::failed, .message = error.getMessage()};
}

}  // namespace cgroupd::wire
