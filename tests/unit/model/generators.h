// Random values and wishes of every row, as far as the table allows them.
#pragma once

#include <string>
#include <vector>

#include "model/limit_change.h"
#include "support/properties.h"

namespace cgroupd::generate {

/// Small and large alike: a plain range would hardly ever give a small number.
inline rc::Gen<std::uint64_t> number(std::uint64_t least, std::uint64_t most) {
  return rc::gen::exec([least, most] {
    const auto bits = *rc::gen::inRange(1U, 64U);
    const std::uint64_t raw = *rc::gen::arbitrary<std::uint64_t>() >> (64U - bits);
    const std::uint64_t span = most - least;
    return least + (span == UINT64_MAX ? raw : raw % (span + 1));
  });
}

inline rc::Gen<Device> device() {
  return rc::gen::construct<Device>(rc::gen::inRange<std::uint32_t>(0, 0x1000),
                                    rc::gen::inRange<std::uint32_t>(0, 0x100000));
}

inline rc::Gen<std::optional<std::uint64_t>> perhaps(rc::Gen<std::uint64_t> gen) {
  return rc::gen::exec([gen]() -> std::optional<std::uint64_t> {
    return *rc::gen::arbitrary<bool>() ? std::optional(*gen) : std::nullopt;
  });
}

inline Amount amount(const Limit& limit) {
  if (limit.may_be_max && *rc::gen::weightedElement<bool>({{1, true}, {4, false}})) return Unlimited{};
  const auto any = *number(limit.least, limit.most);
  // Less than a page is no size: the kernel would make nothing of it, so the grammar refuses it.
  return limit.kind == ValueKind::bytes && any < 4096 ? std::uint64_t{limit.least} : any;
}

inline Bandwidth bandwidth() {
  return {.quota_us = *perhaps(number(1'000, 10'000'000)), .period_us = *number(1'000, 1'000'000)};
}

inline IdList id_list(const Limit& limit) {
  std::string text;
  const int parts = *rc::gen::inRange(0, 5);
  for (int i = 0; i < parts; ++i) {
    const auto first = *rc::gen::inRange<std::uint64_t>(0, 60);
    const auto last = first + *rc::gen::inRange<std::uint64_t>(0, 4);
    text += (text.empty() ? "" : ",") + std::to_string(first) + (last == first ? "" : "-" + std::to_string(last));
  }
  return std::get<IdList>(parse_value(limit, text).value());
}

inline DeviceWeights weights() {
  DeviceWeights weights{.default_weight = *number(1, 10'000), .devices = {}};
  for (const auto& each : *rc::gen::container<std::vector<Device>>(device()))
    weights.devices[each] = *number(1, 10'000);
  return weights;
}

inline DeviceMaxima maxima() {
  DeviceMaxima maxima;
  for (const auto& each : *rc::gen::container<std::vector<Device>>(device())) {
    const DeviceMax max{.read_bps = *perhaps(number(1, INT64_MAX)),
                        .write_bps = *perhaps(number(1, INT64_MAX)),
                        .read_iops = *perhaps(number(1, UINT32_MAX)),
                        .write_iops = *perhaps(number(1, UINT32_MAX))};
    if (!max.empty()) maxima.devices[each] = max;
  }
  return maxima;
}

/// Inside a property only.
inline Value value_of(const Limit& limit) {
  switch (limit.kind) {
    case ValueKind::bandwidth:
      return bandwidth();
    case ValueKind::id_list:
      return id_list(limit);
    case ValueKind::device_weight:
      return weights();
    case ValueKind::device_max:
      return maxima();
    default:
      return amount(limit);
  }
}

inline const Limit& any_limit() {
  return all_limits()[*rc::gen::inRange<std::size_t>(0, all_limits().size())];
}

/// Text as people and attackers type it: mostly characters that mean something to one of the grammars.
inline rc::Gen<std::string> nasty_text() {
  return rc::gen::oneOf(
      rc::gen::arbitrary<std::string>(),
      rc::gen::container<std::string>(rc::gen::elementOf(std::string("0123456789.-+eExXkKmMGT%iB /:=,_max\n\t"))),
      rc::gen::map(number(0, UINT64_MAX), [](std::uint64_t n) { return std::to_string(n); }));
}

}  // namespace cgroupd::generate
