// Joining wishes, and applying them to what is in force.
#include "model/limit_change.h"

#include <algorithm>
#include <cmath>

#include "model/device_keys.h"
#include "model/limits.h"
#include "model/quantity.h"

namespace cgroupd {
namespace {

constexpr std::uint64_t whole_percent = 10'000;

// Joins two wishes for the same limit; false when they contradict.
bool join(AmountChange& into, const AmountChange& more) {
  return into == more;
}
bool join(IdList& into, const IdList& more) {
  return into == more;
}

template <typename T>
bool join_part(std::optional<T>& into, const std::optional<T>& more) {
  if (into && more) return *into == *more;
  if (more) into = more;
  return true;
}

bool join(BandwidthChange& into, const BandwidthChange& more) {
  return join_part(into.quota, more.quota) && join_part(into.period_us, more.period_us);
}

bool join(DeviceWeightsChange& into, const DeviceWeightsChange& more) {
  for (const auto& [device, weight] : more.devices) {
    const auto [at, added] = into.devices.emplace(device, weight);
    if (!added && at->second != weight) return false;
  }
  return join_part(into.default_weight, more.default_weight);
}

bool join(DeviceMaximaChange& into, const DeviceMaximaChange& more) {
  for (const auto& [device, wish] : more.devices) {
    auto& mine = into.devices[device];
    if (!std::ranges::all_of(device_keys,
                             [&](const auto& key) { return join_part(mine.*(key.wish), wish.*(key.wish)); }))
      return false;
  }
  return true;
}

std::string print_percent(std::uint64_t hundredths) {
  constexpr std::uint64_t hundred = 100;
  std::string text = std::to_string(hundredths / hundred);
  if (const auto rest = hundredths % hundred; rest != 0) {
    std::string digits = std::to_string(hundred + rest).substr(1);
    if (digits.back() == '0') digits.pop_back();
    text += "." + digits;
  }
  return text + "%";
}

std::string print_part(Unlimited) {
  return "max";
}
std::string print_part(std::uint64_t number) {
  return std::to_string(number);
}
std::string print_part(Percent percent) {
  return print_percent(percent.hundredths);
}
std::string print_part(Millicores cores) {
  return print_millicores(cores.count);
}
std::string print_part(const AmountChange& change) {
  return std::visit([](const auto& v) { return print_part(v); }, change);
}
std::string print_part(const IdList& list) {
  return list.ranges;
}

std::string print_part(const BandwidthChange& change) {
  const std::string period = change.period_us ? std::to_string(*change.period_us) : "";
  if (!change.quota) return "period=" + period;
  const std::string quota = std::visit([](const auto& v) { return print_part(v); }, *change.quota);
  const bool in_us = std::holds_alternative<std::uint64_t>(*change.quota);
  if (!change.period_us) return in_us ? "quota=" + quota : quota;
  return in_us || std::holds_alternative<Unlimited>(*change.quota) ? quota + " " + period
                                                                   : "cpus=" + quota + " period=" + period;
}

std::string print_part(const DeviceWeightsChange& change) {
  std::string text = change.default_weight ? "default " + std::to_string(*change.default_weight) : "";
  for (const auto& [device, weight] : change.devices) {
    if (!text.empty()) text += ", ";
    text += print_device(device) + " " + (weight ? std::to_string(*weight) : "default");
  }
  return text;
}

std::string print_part(const DeviceMaximaChange& change) {
  std::string text;
  for (const auto& [device, wish] : change.devices) {
    if (!text.empty()) text += ", ";
    text += print_device(device);
    for (const auto& key : device_keys) {
      if (const auto& part = wish.*(key.wish)) text += " " + std::string(key.name) + "=" + print_value(Value(*part));
    }
  }
  return text;
}

Result<std::uint64_t> share_of(const Limit& limit, Percent percent, const ParentLimit& parent) {
  const auto* const whole = std::get_if<std::uint64_t>(&parent);
  if (whole == nullptr) {
    return fail(ErrorCode::invalid_argument,
                std::string(limit.file) + ": " + print_percent(percent.hundredths) +
                    " has nothing to be a share of: nothing above limits it",
                "write an absolute value");
  }
  return *whole / whole_percent * percent.hundredths + *whole % whole_percent * percent.hundredths / whole_percent;
}

Result<Value> resolve(const Limit& limit, const AmountChange& change, const Value& /*in_force*/,
                      const ParentLimit& parent) {
  if (std::holds_alternative<Unlimited>(change)) return Value(Amount(Unlimited{}));
  if (const auto* const number = std::get_if<std::uint64_t>(&change)) return Value(Amount(*number));
  auto share = share_of(limit, std::get<Percent>(change), parent);
  if (!share) return fail(share.error());
  if (*share < limit.least) {
    return fail(ErrorCode::out_of_range, std::string(limit.file) + ": " + print_part(change) +
                                             " of the parent is only " + std::to_string(*share));
  }
  return Value(Amount(*share));
}

Result<Value> resolve(const Limit& limit, const BandwidthChange& change, const Value& in_force,
                      const ParentLimit& parent) {
  const auto* const now = std::get_if<Bandwidth>(&in_force);
  Bandwidth result = now == nullptr ? Bandwidth() : *now;  // none where all of it is said
  if (change.period_us) result.period_us = *change.period_us;
  if (change.quota) {
    if (const auto* const us = std::get_if<std::uint64_t>(&*change.quota)) {
      result.quota_us = *us;
    } else if (std::holds_alternative<Unlimited>(*change.quota)) {
      result.quota_us.reset();
    } else {
      std::uint64_t millicores = 0;
      if (const auto* const cores = std::get_if<Millicores>(&*change.quota)) {
        millicores = cores->count;
      } else {
        const auto share = share_of(limit, std::get<Percent>(*change.quota), parent);
        if (!share) return fail(share.error());
        millicores = *share;
      }
      result.quota_us = millicores * result.period_us / millicores_per_core;
      if (*result.quota_us < least_quota_us) {
        return fail(
            ErrorCode::out_of_range,
            std::string(limit.file) + ": " + print_millicores(millicores) + " CPUs is a quota of " +
                std::to_string(*result.quota_us) + " µs every " + std::to_string(result.period_us) +
                " µs; the kernel's least is 1000 µs",
            "ask for at least " +
                print_millicores((least_quota_us * millicores_per_core + result.period_us - 1) / result.period_us) +
                " CPUs, or a longer --cpu-period");
      }
    }
  }
  return Value(result);
}

Result<Value> resolve(const Limit& /*limit*/, const IdList& change, const Value& /*in_force*/,
                      const ParentLimit& /*parent*/) {
  return Value(change);
}

Result<Value> resolve(const Limit& /*limit*/, const DeviceWeightsChange& change, const Value& in_force,
                      const ParentLimit& /*parent*/) {
  DeviceWeights result = std::get<DeviceWeights>(in_force);
  if (change.default_weight) result.default_weight = *change.default_weight;
  for (const auto& [device, weight] : change.devices) {
    if (weight) result.devices[device] = *weight;
    if (!weight) result.devices.erase(device);
  }
  return Value(result);
}

Result<Value> resolve(const Limit& /*limit*/, const DeviceMaximaChange& change, const Value& in_force,
                      const ParentLimit& /*parent*/) {
  DeviceMaxima result = std::get<DeviceMaxima>(in_force);
  for (const auto& [device, wish] : change.devices) {
    auto& mine = result.devices[device];
    for (const auto& key : device_keys) {
      const auto& part = wish.*(key.wish);
      if (!part) continue;
      const auto* const number = std::get_if<std::uint64_t>(&*part);
      mine.*(key.value) = number == nullptr ? std::nullopt : std::optional(*number);
    }
    if (mine.empty()) result.devices.erase(device);
  }
  return Value(result);
}

Change wish_for(const Amount& amount) {
  return std::visit([](const auto& v) { return Change(AmountChange(v)); }, amount);
}
Change wish_for(const Bandwidth& bandwidth) {
  BandwidthChange change{.quota = Unlimited{}, .period_us = bandwidth.period_us};
  if (bandwidth.quota_us) change.quota = *bandwidth.quota_us;
  return Change(change);
}
Change wish_for(const IdList& list) {
  return Change(list);
}
Change wish_for(const DeviceWeights& weights) {
  DeviceWeightsChange change{.default_weight = weights.default_weight, .devices = {}};
  for (const auto& [device, weight] : weights.devices) change.devices[device] = weight;
  return Change(change);
}
Change wish_for(const DeviceMaxima& maxima) {
  DeviceMaximaChange change;
  for (const auto& [device, max] : maxima.devices) {
    for (const auto& key : device_keys) {
      const auto& number = max.*(key.value);
      change.devices[device].*(key.wish) = number ? Amount(*number) : Amount(Unlimited{});
    }
  }
  return Change(change);
}

}  // namespace

Result<void> merge_change(Changes& changes, const Limit& limit, const Change& change, std::string_view said) {
  const auto [at, added] = changes.emplace(&limit, change);
  if (added) return {};
  Change joined = at->second;
  const bool agree = std::visit(
      [&change](auto& into) {
        const auto* const more = std::get_if<std::remove_reference_t<decltype(into)>>(&change);
        return more != nullptr && join(into, *more);
      },
      joined);
  if (!agree) {
    return fail(ErrorCode::invalid_argument,
                std::string(said) + " contradicts what was said before about " + std::string(limit.file) + " (" +
                    print_change(at->second) + ")",
                "say it once");
  }
  at->second = joined;
  return {};
}

std::string print_change(const Change& change) {
  return std::visit([](const auto& v) { return print_part(v); }, change);
}

bool needs_parent(const Change& change) {
  if (const auto* const amount = std::get_if<AmountChange>(&change)) return std::holds_alternative<Percent>(*amount);
  const auto* const bandwidth = std::get_if<BandwidthChange>(&change);
  return bandwidth != nullptr && bandwidth->quota && std::holds_alternative<Percent>(*bandwidth->quota);
}

bool needs_in_force(const Change& change) {
  if (const auto* const bandwidth = std::get_if<BandwidthChange>(&change))
    return !bandwidth->quota || !bandwidth->period_us;
  return std::holds_alternative<DeviceWeightsChange>(change) || std::holds_alternative<DeviceMaximaChange>(change);
}

Result<Value> resolve_change(const Limit& limit, const Change& change, const Value& in_force,
                             const ParentLimit& parent) {
  return std::visit([&](const auto& wish) { return resolve(limit, wish, in_force, parent); }, change);
}

Change change_to(const Value& value) {
  return std::visit([](const auto& v) { return wish_for(v); }, value);
}

Change unset_devices(const Value& in_force) {
  if (const auto* const weights = std::get_if<DeviceWeights>(&in_force)) {
    DeviceWeightsChange change{.default_weight = DeviceWeights{}.default_weight, .devices = {}};
    for (const auto& [device, weight] : weights->devices) change.devices[device] = std::nullopt;
    return Change(change);
  }
  DeviceMaximaChange change;
  if (const auto* const maxima = std::get_if<DeviceMaxima>(&in_force)) {
    for (const auto& [device, max] : maxima->devices) {
      for (const auto& key : device_keys) change.devices[device].*(key.wish) = Amount(Unlimited{});
    }
  }
  return Change(change);
}

std::uint64_t weight_of_shares(std::uint64_t shares) {
  constexpr std::uint64_t least_shares = 2;
  constexpr std::uint64_t most_shares = 262'144;
  constexpr std::uint64_t most_weight = 10'000;
  if (shares <= least_shares) return 1;
  if (shares >= most_shares) return most_weight;
  const double l = std::log2(static_cast<double>(shares));
  const double exponent = (l * l + 125.0 * l) / 612.0 - 7.0 / 34.0;
  return static_cast<std::uint64_t>(std::ceil(std::pow(10.0, exponent)));
}

}  // namespace cgroupd
