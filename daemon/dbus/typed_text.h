// Limits as typed bus values, wherever those are read from or written to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <sdbus-c++/Error.h>
#include <sdbus-c++/Types.h>

#include "model/limit_change.h"
#include "model/limit_value.h"
#include "model/limits.h"
#include "model/result.h"

namespace cgroupd::wire {

using QuotaAndPeriod = sdbus::Struct<std::uint64_t, std::uint64_t>;

/// Calls `use` with what `value` is on the bus: numbers as t, cpu.max with a quota as (tt), everything else as s in
/// canonical text.
template <typename Use>
auto with_bus_value(const Value& value, Use use) {
  if (const auto* const amount = std::get_if<Amount>(&value)) {
    if (const auto* const number = std::get_if<std::uint64_t>(amount)) return use(*number);
  }
  if (const auto* const bandwidth = std::get_if<Bandwidth>(&value); bandwidth != nullptr && bandwidth->quota_us)
    return use(QuotaAndPeriod(*bandwidth->quota_us, bandwidth->period_us));
  return use(print_value(value));
}

/// The type that a value of `limit` is mostly sent as.
inline const char* usual_type(const Limit& limit) {
  switch (limit.kind) {
    case ValueKind::bandwidth:
      return "(tt)";
    case ValueKind::id_list:
    case ValueKind::device_weight:
    case ValueKind::device_max:
      return "s";
    default:
      return "t";
  }
}

/// What a value of bus type `type` means; invalid_argument naming `key` for a type that no limit has. `value.get<T>()`
/// reads it: a variant of sdbus, or one that is still in its message.
template <typename Value>
Result<std::string> text_of(std::string_view key, std::string_view type, const Value& value) {
  const auto plain = [](auto number) { return std::to_string(number); };
  if (type == "s") return value.template get<std::string>();
  if (type == "t") return plain(value.template get<std::uint64_t>());
  if (type == "u") return plain(value.template get<std::uint32_t>());
  if (type == "q") return plain(value.template get<std::uint16_t>());
  if (type == "y") return plain(static_cast<unsigned>(value.template get<std::uint8_t>()));
  if (type == "x") return plain(value.template get<std::int64_t>());
  if (type == "i") return plain(value.template get<std::int32_t>());
  if (type == "n") return plain(value.template get<std::int16_t>());
  if (type == "b") return std::string(value.template get<bool>() ? "yes" : "no");
  if (type == "(tt)") {
    const auto pair = value.template get<QuotaAndPeriod>();
    return std::to_string(pair.template get<0>()) + " " + std::to_string(pair.template get<1>());
  }
  return fail(ErrorCode::invalid_argument,
              std::string(key) + ": a value of bus type '" + std::string(type) + "' means nothing here",
              "send t, (tt), b or s");
}

/// The wish such a value states for `limit`. Errors as above and as of parse_change().
template <typename Value>
Result<Change> change_of(const Limit& limit, std::string_view key, std::string_view type, const Value& value) {
  try {
    // Bare numbers mean the unit of the row; only text can mean CPUs.
    if (limit.kind == ValueKind::bandwidth && type == "t")
      return parse_change(limit, "quota=" + std::to_string(value.template get<std::uint64_t>()));
    return text_of(key, type, value).and_then([&](const std::string& text) { return parse_change(limit, text); });
  } catch (const sdbus::Error& error) {
    return fail(ErrorCode::invalid_argument, std::string(key) + ": the value cannot be read: " + error.getMessage(),
                "send t, (tt), b or s");
  }
}

}  // namespace cgroupd::wire
