// Counters, gauges and histograms: what our registry holds.
#include "metrics/self_page.h"

#include <string_view>

namespace cgroupd {
namespace {

MetricType type_of(const prometheus::MetricFamily& family) {
  switch (family.type) {
    case prometheus::MetricType::Counter:
      return MetricType::counter;
    case prometheus::MetricType::Histogram:
      return MetricType::histogram;
    default:
      return family.name.ends_with("_info") ? MetricType::info : MetricType::gauge;
  }
}

std::string labels_of(const prometheus::ClientMetric& metric) {
  std::string labels;
  for (const auto& label : metric.label) append_label(labels, label.name, label.value);
  return labels;
}

void write_histogram(Page& page, const prometheus::ClientMetric& metric, const Exemplars& exemplars) {
  const std::string labels = labels_of(metric);
  const auto of_series = metric.label.empty() ? exemplars.end() : exemplars.find(metric.label.front().value);
  for (std::size_t i = 0; i < metric.histogram.bucket.size(); ++i) {
    const auto& bucket = metric.histogram.bucket[i];
    std::string bound;
    append_bound(bound, bucket.upper_bound, page.format());
    std::string le;
    append_label(le, "le", bound);
    page.sample_of("_bucket", labels, le, static_cast<double>(bucket.cumulative_count));
    if (of_series == exemplars.end() || i >= of_series->second.size()) continue;
    const Exemplar& exemplar = of_series->second[i];
    if (exemplar.request == 0) continue;
    std::string request;
    append_label(request, "request", std::to_string(exemplar.request));
    page.exemplar(request, exemplar.value, exemplar.unix_seconds);
  }
  page.sample_of("_sum", labels, {}, metric.histogram.sample_sum);
  page.sample_of("_count", labels, {}, static_cast<double>(metric.histogram.sample_count));
}

}  // namespace

void write_family(Page& page, const prometheus::MetricFamily& family, const Exemplars& exemplars) {
  if (family.metric.empty()) return;
  const MetricType type = type_of(family);
  page.begin({.name = family.name, .type = type, .help = family.help});
  for (const prometheus::ClientMetric& metric : family.metric) {
    if (type == MetricType::histogram) {
      write_histogram(page, metric, exemplars);
    } else {
      page.sample(labels_of(metric), type == MetricType::counter ? metric.counter.value : metric.gauge.value);
    }
  }
}

}  // namespace cgroupd
