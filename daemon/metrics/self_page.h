// prometheus-cpp's families on our page: its own serializer knows no OpenMetrics, escapes no help and rounds.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "metrics/page.h"

namespace cgroupd {

/// A request that a bucket stands for.
struct Exemplar {
  std::uint64_t request = 0;  ///< its running number; 0 is none
  double value = 0;           ///< what was observed
  double unix_seconds = 0;    ///< when
};
/// By the value of the first label, a vector with one entry a bucket, the one up to infinity last.
using Exemplars = std::map<std::string, std::vector<Exemplar>>;

/// Nothing for a family without series: that would be a HELP and TYPE about nothing.
void write_family(Page& page, const prometheus::MetricFamily& family, const Exemplars& exemplars);

}  // namespace cgroupd
