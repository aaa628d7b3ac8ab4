// Canonical text of values, both ways.
#include "model/limit_value.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "model/device_keys.h"
#include "model/quantity.h"
#include "model/words.h"

namespace cgroupd {
namespace {

constexpr std::string_view blanks = " \t\n";

tl::unexpected<Error> malformed(const Limit& limit, std::string_view text) {
  constexpr std::size_t shown = 64;
  return fail(ErrorCode::invalid_argument,
              std::string(limit.file) + ": '" + std::string(text.substr(0, shown)) + "' cannot be read");
}

bool read_number(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

Result<Value> parse_amount(const Limit& limit, std::string_view text) {
  if (text == "max") return Value(Amount(Unlimited{}));
  std::uint64_t number = 0;
  if (!read_number(text, number)) return malformed(limit, text);
  return Value(Amount(number));
}

Result<Value> parse_bandwidth(const Limit& limit, std::string_view text) {
  const auto parts = words_of(text, blanks);
  Bandwidth bandwidth;
  if (parts.size() != 2 || !read_number(parts[1], bandwidth.period_us) || bandwidth.period_us == 0)
    return malformed(limit, text);
  if (parts[0] != "max") {
    std::uint64_t quota = 0;
    if (!read_number(parts[0], quota)) return malformed(limit, text);
    bandwidth.quota_us = quota;
  }
  return Value(bandwidth);
}

Result<Value> parse_id_list(const Limit& limit, std::string_view text) {
  struct Range {
    std::uint64_t first, last;
  };
  std::vector<Range> ranges;
  for (const auto part : words_of(text, ",")) {
    const auto dash = part.find('-');
    Range range{};
    const bool one = dash == std::string_view::npos;
    if (!read_number(part.substr(0, dash), range.first)) return malformed(limit, text);
    range.last = range.first;
    if (!one && !read_number(part.substr(dash + 1), range.last)) return malformed(limit, text);
    if (range.last < range.first) return malformed(limit, text);
    ranges.push_back(range);
  }
  if (ranges.empty() && !text.empty()) return malformed(limit, text);
  std::ranges::sort(ranges, {}, &Range::first);
  std::vector<Range> merged;
  for (const auto& range : ranges) {
    if (!merged.empty() && range.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  IdList list;
  for (const auto& [first, last] : merged) {
    if (!list.ranges.empty()) list.ranges += ',';
    list.ranges += std::to_string(first);
    if (last != first) list.ranges += "-" + std::to_string(last);
  }
  return Value(list);
}

Result<Value> parse_device_weights(const Limit& limit, std::string_view text) {
  DeviceWeights weights;
  for (const auto line : words_of(text, ",\n")) {
    const auto words = words_of(line, blanks);
    std::uint64_t weight = 0;
    if (words.size() == 1 && read_number(words[0], weight)) {
      weights.default_weight = weight;
      continue;
    }
    if (words.size() != 2 || !read_number(words[1], weight)) return malformed(limit, text);
    if (words[0] == "default") {
      weights.default_weight = weight;
      continue;
    }
    const auto device = parse_device(words[0]);
    if (!device) return malformed(limit, text);
    weights.devices[*device] = weight;
  }
  return Value(weights);
}

Result<Value> parse_device_maxima(const Limit& limit, std::string_view text) {
  DeviceMaxima maxima;
  for (const auto line : words_of(text, ",\n")) {
    const auto words = words_of(line, blanks);
    if (words.empty()) continue;
    const auto device = parse_device(words[0]);
    if (!device) return malformed(limit, text);
    DeviceMax max;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto equals = words[i].find('=');
      const auto* const key = std::ranges::find(device_keys, words[i].substr(0, equals), &DeviceKey::name);
      if (equals == std::string_view::npos || key == device_keys.end()) return malformed(limit, text);
      const auto value = words[i].substr(equals + 1);
      std::uint64_t number = 0;
      if (value == "max") continue;
      if (!read_number(value, number)) return malformed(limit, text);
      max.*(key->value) = number;
    }
    if (!max.empty()) maxima.devices[*device] = max;
  }
  return Value(maxima);
}

std::string print(const Amount& amount) {
  const auto* const number = std::get_if<std::uint64_t>(&amount);
  return number == nullptr ? "max" : std::to_string(*number);
}

std::string print(const Bandwidth& bandwidth) {
  return (bandwidth.quota_us ? std::to_string(*bandwidth.quota_us) : "max") + " " + std::to_string(bandwidth.period_us);
}

std::string print(const IdList& list) {
  return list.ranges;
}

std::string print(const DeviceWeights& weights) {
  std::string text = "default " + std::to_string(weights.default_weight);
  for (const auto& [device, weight] : weights.devices)
    text += ", " + print_device(device) + " " + std::to_string(weight);
  return text;
}

std::string print(const DeviceMaxima& maxima) {
  std::string text;
  for (const auto& [device, max] : maxima.devices) {
    if (!text.empty()) text += ", ";
    text += print_device(device);
    for (const auto& key : device_keys) {
      const auto& number = max.*(key.value);
      text += " " + std::string(key.name) + "=" + (number ? std::to_string(*number) : "max");
    }
  }
  return text;
}

struct IdRange {
  std::uint64_t first = 0, last = 0;
};

std::vector<IdRange> ranges_of(const IdList& list) {
  std::vector<IdRange> ranges;
  for (const auto part : words_of(list.ranges, ",")) {
    const auto dash = part.find('-');
    IdRange range;
    if (!read_number(part.substr(0, dash), range.first)) continue;
    range.last = range.first;
    if (dash != std::string_view::npos && !read_number(part.substr(dash + 1), range.last)) continue;
    ranges.push_back(range);
  }
  return ranges;
}

}  // namespace

std::uint64_t IdList::count() const {
  std::uint64_t total = 0;
  for (const auto& range : ranges_of(*this)) total += range.last - range.first + 1;
  return total;
}

bool is_within(const IdList& some, const IdList& all) {
  const auto there = ranges_of(all);  // merged: what lies in them lies in one of them
  return std::ranges::all_of(ranges_of(some), [&](const IdRange& wanted) {
    return std::ranges::any_of(
        there, [&](const IdRange& range) { return range.first <= wanted.first && wanted.last <= range.last; });
  });
}

std::string print_value(const Value& value) {
  return std::visit([](const auto& v) { return print(v); }, value);
}

namespace {

// "8:0 rbps=1M, 8:16 wiops=100": what is not limited is left out.
std::string print_maxima_for_people(const DeviceMaxima& maxima) {
  std::string text;
  for (const auto& [device, most] : maxima.devices) {
    text += (text.empty() ? "" : ", ") + print_device(device);
    for (const auto& key : device_keys) {
      const auto& rate = most.*(key.value);
      if (rate) text += " " + std::string(key.name) + "=" + (key.bytes ? print_bytes(*rate) : std::to_string(*rate));
    }
  }
  return text;
}

}  // namespace

std::string print_value_for_people(const Limit& limit, const Value& value) {
  if (const auto* const amount = std::get_if<Amount>(&value)) {
    const auto* const number = std::get_if<std::uint64_t>(amount);
    if (number == nullptr) return "max";
    switch (limit.kind) {
      case ValueKind::bytes:
        return print_bytes(*number);
      case ValueKind::microseconds:
        return print_duration(*number);
      case ValueKind::flag:
        return *number == 0 ? "no" : "yes";
      default:
        return std::to_string(*number);
    }
  }
  if (const auto* const bandwidth = std::get_if<Bandwidth>(&value)) {
    constexpr std::uint64_t one_cpu = 1000;
    if (!bandwidth->quota_us) return "max";
    const std::uint64_t millicores = (*bandwidth->quota_us * one_cpu + bandwidth->period_us / 2) / bandwidth->period_us;
    return print_millicores(millicores) + (millicores == one_cpu ? " CPU (" : " CPUs (") +
           print_duration(*bandwidth->quota_us) + " every " + print_duration(bandwidth->period_us) + ")";
  }
  if (const auto* const maxima = std::get_if<DeviceMaxima>(&value); maxima != nullptr && !maxima->devices.empty()) {
    return print_maxima_for_people(*maxima);
  }
  const std::string text = print_value(value);
  if (!text.empty()) return text;
  return limit.kind == ValueKind::id_list ? "as the parent" : "max";
}

Result<Value> parse_value(const Limit& limit, std::string_view text) {
  while (!text.empty() && blanks.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  switch (limit.kind) {
    case ValueKind::bytes:
    case ValueKind::count:
    case ValueKind::microseconds:
    case ValueKind::weight:
    case ValueKind::flag:
      return parse_amount(limit, text);
    case ValueKind::bandwidth:
      return parse_bandwidth(limit, text);
    case ValueKind::id_list:
      return parse_id_list(limit, text);
    case ValueKind::device_weight:
      return parse_device_weights(limit, text);
    case ValueKind::device_max:
      return parse_device_maxima(limit, text);
  }
  return malformed(limit, text);
}

Value unset_value(const Limit& limit) {
  return parse_value(limit, limit.unset).value_or(Value(Amount(Unlimited{})));
}

Result<Device> parse_device(std::string_view text) {
  const auto colon = text.find(':');
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  constexpr std::uint64_t most_major = 0xfff;
  constexpr std::uint64_t most_minor = 0xfffff;
  if (colon == std::string_view::npos || !read_number(text.substr(0, colon), major) ||
      !read_number(text.substr(colon + 1), minor) || major > most_major || minor > most_minor) {
    return fail(ErrorCode::invalid_argument, "'" + std::string(text.substr(0, 64)) + "' is not a device",
                "write MAJOR:MINOR as in 8:0 (lsblk shows them)");
  }
  return Device{.major = static_cast<std::uint32_t>(major), .minor = static_cast<std::uint32_t>(minor)};
}

std::string print_device(Device device) {
  return std::to_string(device.major) + ":" + std::to_string(device.minor);
}

}  // namespace cgroupd
