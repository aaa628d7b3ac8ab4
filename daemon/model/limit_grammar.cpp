// Reading wishes: cgctl's grammar for every kind of value.
#include <algorithm>
#include <array>

#include "model/device_keys.h"
#include "model/limit_change.h"
#include "model/limits.h"
#include "model/quantity.h"
#include "model/words.h"

namespace cgroupd {
namespace {

constexpr std::uint64_t least_period_us = 1'000;
constexpr std::uint64_t most_period_us = 1'000'000;  // max_cfs_quota_period
constexpr std::uint64_t most_quota_us = 8'192'000'000;

bool only_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::uint64_t> parse_microseconds(std::string_view text, std::uint64_t least, std::uint64_t most) {
  if (only_digits(text) || text.starts_with('-')) return parse_count(text, least, most);
  const auto value = parse_duration(text);
  if (!value) return value;
  if (*value < least || *value > most) {
    return fail(ErrorCode::out_of_range, shown(text) + " is out of range",
                "write " + print_duration(least) + " to " + print_duration(most));
  }
  return value;
}

Result<Change> parse_bytes_change(const Limit& limit, std::string_view text) {
  if (text.ends_with('%'))
    return parse_percent(text).map([](std::uint64_t p) { return Change(AmountChange(Percent{p})); });
  const auto bytes = parse_bytes(text);
  if (!bytes) return fail(bytes.error());
  if (*bytes < std::max(limit.least, page_bytes) && (*bytes != 0 || limit.least > 0)) {
    return fail(ErrorCode::out_of_range,
                shown(text) + " is less than one page (4096 bytes), which the kernel rounds down to nothing",
                limit.least > 0 ? "write at least 4K, or max for no limit" : "write 0 or at least 4K");
  }
  return Change(AmountChange(*bytes));
}

Result<Change> parse_count_change(const Limit& limit, std::string_view text) {
  if (text.ends_with('%'))
    return parse_percent(text).map([](std::uint64_t p) { return Change(AmountChange(Percent{p})); });
  const auto count = parse_count(text, limit.least, limit.most);
  if (!count) {
    Error error = count.error();
    if (limit.may_be_max) error.hint += ", or max for no limit";
    return fail(std::move(error));
  }
  return Change(AmountChange(*count));
}

Result<Change> parse_quota(std::string_view text) {
  if (text == "max") return Change(BandwidthChange{.quota = Unlimited{}, .period_us = {}});
  return parse_microseconds(text, least_quota_us, most_quota_us).map([](std::uint64_t us) {
    return Change(BandwidthChange{.quota = us, .period_us = {}});
  });
}

Result<Change> parse_period(std::string_view text) {
  return parse_microseconds(text, least_period_us, most_period_us).map([](std::uint64_t us) {
    return Change(BandwidthChange{.quota = {}, .period_us = us});
  });
}

Result<Change> parse_cores(std::string_view text) {
  if (text == "max") return Change(BandwidthChange{.quota = Unlimited{}, .period_us = {}});
  if (text.ends_with('%')) {
    return parse_percent(text).map(
        [](std::uint64_t p) { return Change(BandwidthChange{.quota = Percent{p}, .period_us = {}}); });
  }
  return parse_millicores(text).map(
      [](std::uint64_t m) { return Change(BandwidthChange{.quota = Millicores{m}, .period_us = {}}); });
}

Result<Change> parse_bandwidth_change(std::string_view text) {
  const auto words = words_of(text, " ");
  const bool keyed = !words.empty() && words.front().find('=') != std::string_view::npos;
  if (words.size() == 1 && !keyed) {
    auto cores = parse_cores(words.front());
    if (!cores && only_digits(words.front())) {
      cores.error().hint = "a single number means CPUs; write '50000 100000' for quota and period in µs";
    }
    return cores;
  }
  if (words.empty() || words.size() > 2) {
    return fail(ErrorCode::invalid_argument, shown(text) + " is not a CPU limit",
                "write CPUs as in 1.5, or '50000 100000' (quota and period in µs)");
  }
  BandwidthChange change;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const auto key = !keyed ? (i == 0 ? "quota" : "period") : words[i].substr(0, equals);
    const auto value = !keyed ? words[i] : words[i].substr(std::min(equals, words[i].size() - 1) + 1);
    if (key != "quota" && key != "cpus" && key != "period") {
      return fail(ErrorCode::invalid_argument, shown(words[i]) + " is none of cpus=, quota= and period=",
                  "write it as in 'quota=50000 period=100000'");
    }
    const auto part = key == "period" ? parse_period(value) : key == "cpus" ? parse_cores(value) : parse_quota(value);
    if (!part) return part;
    const auto& parsed = std::get<BandwidthChange>(*part);
    if ((parsed.quota && change.quota) || (parsed.period_us && change.period_us)) {
      return fail(ErrorCode::invalid_argument, shown(text) + " says the same thing twice");
    }
    if (parsed.quota) change.quota = parsed.quota;
    if (parsed.period_us) change.period_us = parsed.period_us;
  }
  return Change(change);
}

Result<Change> parse_id_list_change(const Limit& limit, std::string_view text) {
  const auto list = parse_value(limit, text);
  constexpr std::string_view how = "write ids and ranges as in 0-3,7";
  if (!list || text.empty() || text.find_first_of(" \t\n") != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, shown(text) + " is not a list of ids", std::string(how));
  }
  const auto& ids = std::get<IdList>(*list);
  const auto last = ids.ranges.substr(ids.ranges.find_last_of(",-") + 1);
  if (const auto ok = parse_count(last, 0, limit.most); !ok) return fail(ok.error());
  return Change(ids);
}

Result<Change> parse_device_weights_change(const Limit& limit, std::string_view text) {
  DeviceWeightsChange change;
  for (const auto line : words_of(text, ",\n")) {
    const auto words = words_of(line, " ");
    if (words.empty() || words.size() > 2) {
      return fail(ErrorCode::invalid_argument, shown(line) + " is not a weight",
                  "write 100, or '8:0 200' for one device");
    }
    const auto value = words.back();
    std::optional<std::uint64_t> weight;
    if (words.size() == 1 || words.front() == "default" || value != "default") {
      const auto number = parse_count(value, limit.least, limit.most);
      if (!number) return fail(number.error());
      weight = *number;
    }
    if (words.size() == 1 || words.front() == "default") {
      change.default_weight = weight;
      continue;
    }
    const auto device = parse_device(words.front());
    if (!device) return fail(device.error());
    change.devices[*device] = weight;
  }
  if (change == DeviceWeightsChange{})
    return fail(ErrorCode::invalid_argument, "an empty value is not a weight", "write 1 to 10000");
  return Change(change);
}

Result<Amount> parse_rate(const DeviceKey& key, std::string_view text) {
  if (text == "max") return Amount(Unlimited{});
  constexpr std::uint64_t most_iops = 4'294'967'295;  // io.max keeps operations in 32 bits (blk-throttle.c)
  auto rate = key.bytes ? parse_bytes(text) : parse_count(text, 1, most_iops);
  if (!rate) return fail(rate.error());
  if (*rate == 0)
    return fail(ErrorCode::out_of_range, shown(text) + " would let nothing through",
                "write at least 1, or max for no limit");
  return Amount(*rate);
}

Result<Change> parse_device_maxima_change(std::string_view text) {
  DeviceMaximaChange change;
  constexpr std::string_view how = "write it as in '8:0 rbps=1M wiops=max'";
  for (const auto line : words_of(text, ",\n")) {
    const auto words = words_of(line, " ");
    if (words.size() < 2)
      return fail(ErrorCode::invalid_argument, shown(line) + " is not a device limit", std::string(how));
    const auto device = parse_device(words.front());
    if (!device) return fail(device.error());
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto equals = std::min(words[i].find('='), words[i].size());
      const auto* const key = std::ranges::find(device_keys, words[i].substr(0, equals), &DeviceKey::name);
      if (key == device_keys.end() || equals == words[i].size()) {
        return fail(ErrorCode::invalid_argument,
                    shown(words[i]) + " is none of rbps= wbps= riops= wiops=", std::string(how));
      }
      const auto rate = parse_rate(*key, words[i].substr(equals + 1));
      if (!rate) return fail(rate.error());
      change.devices[*device].*(key->wish) = *rate;
    }
  }
  if (change.devices.empty())
    return fail(ErrorCode::invalid_argument, "an empty value is not a device limit", std::string(how));
  return Change(change);
}

Result<Change> parse_device_flag(const Flag& flag, std::string_view text) {
  const auto colon = text.rfind(':');
  const auto* const key = std::ranges::find(device_keys, flag.part, &DeviceKey::flag);
  if (colon == std::string_view::npos || text.find(':') == colon) {
    return fail(ErrorCode::invalid_argument, shown(text) + " is not DEVICE:RATE",
                "write it as in 8:0:1M or /dev/sda:1M");
  }
  const auto device = parse_device(text.substr(0, colon));
  if (!device) return fail(device.error());
  const auto rate = parse_rate(*key, text.substr(colon + 1));
  if (!rate) return fail(rate.error());
  DeviceMaximaChange change;
  change.devices[*device].*(key->wish) = *rate;
  return Change(change);
}

Result<Change> parse_whole(const Limit& limit, std::string_view text) {
  const bool is_amount = limit.kind == ValueKind::bytes || limit.kind == ValueKind::count ||
                         limit.kind == ValueKind::microseconds || limit.kind == ValueKind::weight;
  if (text == "max" && is_amount) {
    if (limit.may_be_max) return Change(AmountChange(Unlimited{}));
    return fail(ErrorCode::invalid_argument, "'max' is no value for " + std::string(limit.file),
                "write " + std::to_string(limit.least) + " to " + std::to_string(limit.most));
  }
  switch (limit.kind) {
    case ValueKind::bytes:
      return parse_bytes_change(limit, text);
    case ValueKind::count:
      return parse_count_change(limit, text);
    case ValueKind::weight:
      return parse_count(text, limit.least, limit.most).map([](auto n) { return Change(AmountChange(n)); });
    case ValueKind::microseconds:
      return parse_microseconds(text, limit.least, limit.most).map([](auto n) { return Change(AmountChange(n)); });
    case ValueKind::flag:
      return parse_flag_value(text).map([](bool on) { return Change(AmountChange(std::uint64_t{on ? 1U : 0U})); });
    case ValueKind::bandwidth:
      return parse_bandwidth_change(text);
    case ValueKind::id_list:
      return parse_id_list_change(limit, text);
    case ValueKind::device_weight:
      return parse_device_weights_change(limit, text);
    case ValueKind::device_max:
      return parse_device_maxima_change(text);
  }
  return fail(ErrorCode::invalid_argument, shown(text) + " cannot be read");
}

}  // namespace

Result<Change> parse_change(const Limit& limit, std::string_view text) {
  auto change = parse_whole(limit, text);
  if (!change) change.error().message = std::string(limit.file) + ": " + change.error().message;
  return change;
}

Result<Change> parse_flag_change(const Limit& limit, const Flag& flag, std::string_view text) {
  switch (flag.part) {
    case FlagPart::whole:
      return parse_whole(limit, text);
    case FlagPart::cores:
      return parse_cores(text);
    case FlagPart::quota:
      return parse_quota(text);
    case FlagPart::period:
      return parse_period(text);
    case FlagPart::shares: {
      constexpr std::uint64_t least_shares = 2;
      constexpr std::uint64_t most_shares = 262'144;
      return parse_count(text, least_shares, most_shares).map([](auto n) {
        return Change(AmountChange(weight_of_shares(n)));
      });
    }
    case FlagPart::read_bps:
    case FlagPart::write_bps:
    case FlagPart::read_iops:
    case FlagPart::write_iops:
      return parse_device_flag(flag, text);
  }
  return parse_whole(limit, text);
}

}  // namespace cgroupd
