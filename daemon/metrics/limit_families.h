// Limits in force as metrics: what the limit table's rows say they show.
#pragma once

#include <optional>
#include <vector>

#include "model/limit_value.h"
#include "model/limits.h"

namespace cgroupd {

struct LimitReading {
  const Metric* metric;
  std::optional<Device> device;
  double value;  ///< no limit is +Inf, so that use divided by limit is 0 and never NaN
};

/// Appends a reading for every metric of the row (one a device for per-device limits).
void read_limit_value(const Limit& limit, const Value& value, std::vector<LimitReading>& out);

}  // namespace cgroupd
