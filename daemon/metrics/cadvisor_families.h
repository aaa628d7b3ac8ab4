// cAdvisor's names for what the native page has: dashboards made for it know no others.
#pragma once

#include <span>
#include <string_view>

#include "metrics/page.h"

namespace cgroupd {

/// What becomes of the native value. cAdvisor's quirks are kept, for dashboards rely on them.
enum class CadvisorValue {
  same,
  zero_if_unlimited,   ///< +Inf is 0
  if_not_zero,         ///< left out while it is 0
  if_quota,            ///< only for a cgroup with a CPU quota
  microseconds,        ///< seconds as µs
  shares,              ///< a weight of cgroup v2 as shares of v1
  quota_microseconds,  ///< cores as µs a period, left out without a quota
  zero,                ///< 0, whatever the native value: cgroup v2 has no such number
};

struct CadvisorFamily {
  MetricFamily family;
  std::string_view source;  ///< the native family; its rows decide which rows there are
  CadvisorValue value;
  std::string_view more_labels;  ///< as in a label block; empty: none
};

/// In the order of the page. Families with the same name follow each other and are one on the page.
std::span<const CadvisorFamily> cadvisor_families();

}  // namespace cgroupd
