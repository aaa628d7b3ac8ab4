// The four words of an io.max line and where each lives in value, wish and flag.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/limit_change.h"

namespace cgroupd {

struct DeviceKey {
  std::string_view name;
  std::optional<Amount> DeviceMaxChange::*wish;
  std::optional<std::uint64_t> DeviceMax::*value;
  FlagPart flag;
  bool bytes;
};
inline constexpr std::array<DeviceKey, 4> device_keys = {
    {{"rbps", &DeviceMaxChange::read_bps, &DeviceMax::read_bps, FlagPart::read_bps, true},
     {"wbps", &DeviceMaxChange::write_bps, &DeviceMax::write_bps, FlagPart::write_bps, true},
     {"riops", &DeviceMaxChange::read_iops, &DeviceMax::read_iops, FlagPart::read_iops, false},
     {"wiops", &DeviceMaxChange::write_iops, &DeviceMax::write_iops, FlagPart::write_iops, false}}};

}  // namespace cgroupd
