// Series are looked up once and then reached by a hash of the method's name.
#include "metrics/self_metrics.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <sstream>
#include <unordered_map>
#include <utility>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace cgroupd {
namespace {

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};
template <typename T>
using ByName = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

// Names come from our own interface; the bounds hold even if that should change.
constexpr std::size_t max_methods = 64;
constexpr std::size_t max_errors_a_method = 32;
constexpr std::string_view overflow_name = "other";

// From a bus round trip's price to the longest a request should take.
prometheus::Histogram::BucketBoundaries seconds_buckets() {
  return {25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1.0};
}

Error library_error(const std::exception& caught) {
  return Error{.code = ErrorCode::failed, .message = std::string("the metrics library failed: ") + caught.what()};
}

}  // namespace

struct SelfMetrics::State {
  struct Method {
    prometheus::Histogram* duration;
    ByName<prometheus::Counter*> errors;
  };

  explicit State(std::string_view version)
      : durations(prometheus::BuildHistogram()
                      .Name("cgroupd_dbus_request_duration_seconds")
                      .Help("Time from a bus request's arrival to its answer")
                      .Register(registry)),
        errors(prometheus::BuildCounter()
                   .Name("cgroupd_dbus_request_errors_total")
                   .Help("Bus requests answered with an error")
                   .Register(registry)) {
    prometheus::BuildGauge()
        .Name("cgroupd_build_info")
        .Help("The version that is running")
        .Register(registry)
        .Add({{"version", std::string(version)}})
        .Set(1);
  }

  Method& method(std::string_view name) {
    if (const auto at = methods.find(name); at != methods.end()) return at->second;
    if (methods.size() >= max_methods && name != overflow_name) return method(overflow_name);
    Method made{.duration = &durations.Add({{"method", std::string(name)}}, seconds_buckets()), .errors = {}};
    return methods.emplace(std::string(name), std::move(made)).first->second;
  }

  prometheus::Counter& error(std::string_view method_name, std::string_view name) {
    ByName<prometheus::Counter*>& known = method(method_name).errors;
    if (const auto at = known.find(name); at != known.end()) return *at->second;
    if (known.size() >= max_errors_a_method && name != overflow_name) return error(method_name, overflow_name);
    const std::string_view shown = methods.contains(method_name) ? method_name : overflow_name;
    prometheus::Counter& made = errors.Add({{"method", std::string(shown)}, {"error", std::string(name)}});
    known.emplace(std::string(name), &made);
    return made;
  }

  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& durations;
  prometheus::Family<prometheus::Counter>& errors;
  ByName<Method> methods;
};

SelfMetrics::SelfMetrics(std::unique_ptr<State> state) : state_(std::move(state)) {}
SelfMetrics::~SelfMetrics() = default;

Result<std::unique_ptr<SelfMetrics>> SelfMetrics::make(std::string_view version,
                                                       std::span<const std::string_view> methods) {
  try {
    auto state = std::make_unique<State>(version);
    for (const std::string_view name : methods) state->method(name);
    return std::unique_ptr<SelfMetrics>(new SelfMetrics(std::move(state)));
  } catch (const std::exception& caught) {
    return fail(library_error(caught));
  }
}

void SelfMetrics::request_done(std::string_view method, std::chrono::nanoseconds took, std::string_view error_name) {
  try {
    state_->method(method).duration->Observe(std::chrono::duration<double>(took).count());
    if (!error_name.empty()) state_->error(method, error_name).Increment();
  } catch (const std::exception&) {
    // A request must not fail because it could not be counted.
    return;
  }
}

Result<std::string> SelfMetrics::text() const {
  try {
    std::vector<prometheus::MetricFamily> families = state_->registry.Collect();
    // A family without series would be a HELP and TYPE about nothing.
    std::erase_if(families, [](const prometheus::MetricFamily& family) { return family.metric.empty(); });
    std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return out.str();
  } catch (const std::exception& caught) {
    return fail(library_error(caught));
  }
}

}  // namespace cgroupd
