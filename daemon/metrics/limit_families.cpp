// Values to numbers, metric part by metric part.
#include "metrics/limit_families.h"

#include <cstdint>
#include <limits>
#include <variant>

#include "metrics/seconds.h"

namespace cgroupd {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

std::optional<double> number_of(const Amount& amount, MetricPart part) {
  const auto* const number = std::get_if<std::uint64_t>(&amount);
  if (number == nullptr) return unlimited;
  return part == MetricPart::seconds ? static_cast<double>(*number) / microseconds_per_second
                                     : static_cast<double>(*number);
}

std::optional<double> number_of(const Bandwidth& bandwidth, MetricPart part) {
  const auto period = static_cast<double>(bandwidth.period_us);
  if (part == MetricPart::period_seconds) return period / microseconds_per_second;
  if (part != MetricPart::cores) return std::nullopt;
  return bandwidth.quota_us ? static_cast<double>(*bandwidth.quota_us) / period : unlimited;
}

std::optional<double> number_of(const IdList& ids, MetricPart /*part*/) {
  return static_cast<double>(ids.count());
}

std::optional<double> number_of(const DeviceWeights& weights, MetricPart /*part*/) {
  return static_cast<double>(weights.default_weight);
}

// Per device: see below.
std::optional<double> number_of(const DeviceMaxima& /*maxima*/, MetricPart /*part*/) {
  return std::nullopt;
}

std::optional<double> number_of(const DeviceMax& line, MetricPart part) {
  const auto shown = [](const std::optional<std::uint64_t>& rate) {
    return rate ? static_cast<double>(*rate) : unlimited;
  };
  switch (part) {
    case MetricPart::read_bps:
      return shown(line.read_bps);
    case MetricPart::write_bps:
      return shown(line.write_bps);
    case MetricPart::read_iops:
      return shown(line.read_iops);
    case MetricPart::write_iops:
      return shown(line.write_iops);
    default:
      return std::nullopt;
  }
}

}  // namespace

void read_limit_value(const Limit& limit, const Value& value, std::vector<LimitReading>& out) {
  for (const Metric& metric : limit.metrics) {
    if (const auto* const maxima = std::get_if<DeviceMaxima>(&value)) {
      for (const auto& [device, line] : maxima->devices) {
        if (const auto number = number_of(line, metric.part))
          out.push_back({.metric = &metric, .device = device, .value = *number});
      }
    } else if (const auto number = std::visit([&](const auto& held) { return number_of(held, metric.part); }, value)) {
      out.push_back({.metric = &metric, .device = std::nullopt, .value = *number});
    }
  }
}

}  // namespace cgroupd
