// Series are looked up once and then reached by a hash of their name.
#include "metrics/self_metrics.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "metrics/seconds.h"
#include "metrics/self_page.h"
#include "model/error.h"
#include "model/limits.h"

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
constexpr std::size_t max_names = 32;
constexpr std::string_view overflow_name = "other";

constexpr std::string_view request_duration = "cgroupd_dbus_request_duration_seconds";
constexpr std::array<std::string_view, 3> pressure_resources = {"cpu", "memory", "io"};
constexpr std::array<std::string_view, 2> known_actions = {"lease_end", "stall_lifted"};

Error library_error(const std::exception& caught) {
  return Error{.code = ErrorCode::failed, .message = std::string("the metrics library failed: ") + caught.what()};
}

std::set<std::string_view> controllers() {
  std::set<std::string_view> all;
  for (const Limit& limit : all_limits()) all.insert(limit.controller);
  return all;
}

// Counting must never be what makes a request fail.
template <typename Count>
void count_safely(Count count) {
  try {
    count();
  } catch (const std::exception&) {
    return;
  }
}

// A family with one label, its series found by the label's value.
template <typename T>
class Labelled {
 public:
  template <typename Builder>
  Labelled(prometheus::Registry& registry, Builder builder, const char* name, const char* help, const char* label)
      : family_(builder.Name(name).Help(help).Register(registry)), label_(label) {}

  template <typename... Arguments>
  T& at(std::string_view value, const Arguments&... arguments) {
    if (const auto known = series_.find(value); known != series_.end()) return *known->second;
    if (series_.size() >= max_names && value != overflow_name) return at(overflow_name, arguments...);
    T& made = family_.Add({{label_, std::string(value)}}, arguments...);
    series_.emplace(std::string(value), &made);
    return made;
  }

 private:
  prometheus::Family<T>& family_;
  const char* label_;
  ByName<T*> series_;
};

}  // namespace

struct SelfMetrics::State {
  using Counter = prometheus::Counter;
  struct Method {
    prometheus::Histogram* duration;
    ByName<Counter*> errors;
  };

  explicit State(std::string_view version)
      : durations(prometheus::BuildHistogram()
                      .Name(std::string(request_duration))
                      .Help("Time from a bus request's arrival to its answer")
                      .Register(registry)),
        errors(prometheus::BuildCounter()
                   .Name("cgroupd_dbus_request_errors_total")
                   .Help("Bus requests answered with an error")
                   .Register(registry)),
        writes(registry, prometheus::BuildHistogram(), "cgroupd_limit_write_duration_seconds",
               "Time to write a limit's interface file and read it back", "controller"),
        write_errors(prometheus::BuildCounter()
                         .Name("cgroupd_limit_write_errors_total")
                         .Help("Writes of a limit that the kernel refused")
                         .Register(registry)),
        drifts(registry, prometheus::BuildCounter(), "cgroupd_drift_detected_total",
               "Limits found changed by somebody else", "controller"),
        repairs(registry, prometheus::BuildCounter(), "cgroupd_drift_repairs_total", "Changed limits put back",
                "controller"),
        repair_errors(registry, prometheus::BuildCounter(), "cgroupd_drift_repair_errors_total",
                      "Changed limits that could not be put back", "controller"),
        reconciliation(prometheus::BuildGauge()
                           .Name("cgroupd_reconcile_last_success_timestamp_seconds")
                           .Help("When all limits were last compared with the kernel's, as a Unix time")
                           .Register(registry)),
        triggers(registry, prometheus::BuildCounter(), "cgroupd_psi_triggers_total",
                 "Pressure triggers of the kernel that fired", "resource"),
        actions(registry, prometheus::BuildCounter(), "cgroupd_policy_actions_total", "What the daemon did by itself",
                "action"),
        config(prometheus::BuildGauge()
                   .Name("cgroupd_config_last_reload_successful")
                   .Help("Whether the configuration could be read the last time; if not, the old one is in use")
                   .Register(registry)
                   .Add({})) {
    prometheus::BuildGauge()
        .Name("cgroupd_build_info")
        .Help("The version that is running")
        .Register(registry)
        .Add({{"version", std::string(version)}})
        .Set(1);
    config.Set(1);
    for (const std::string_view controller : controllers()) {
      writes.at(controller, buckets);
      drifts.at(controller);
      repairs.at(controller);
      repair_errors.at(controller);
    }
    for (const std::string_view resource : pressure_resources) triggers.at(resource);
    for (const std::string_view action : known_actions) actions.at(action);
  }

  Method& method(std::string_view name) {
    if (const auto at = methods.find(name); at != methods.end()) return at->second;
    if (methods.size() >= max_methods && name != overflow_name) return method(overflow_name);
    Method made{.duration = &durations.Add({{"method", std::string(name)}}, buckets), .errors = {}};
    return methods.emplace(std::string(name), std::move(made)).first->second;
  }

  void know_method(std::string_view name) {
    method(name);
    for (int code = 0; code <= static_cast<int>(ErrorCode::failed); ++code)
      error(name, error_name(static_cast<ErrorCode>(code)));
  }

  Counter& error(std::string_view method_name, std::string_view name) {
    ByName<Counter*>& known = method(method_name).errors;
    if (const auto at = known.find(name); at != known.end()) return *at->second;
    if (known.size() >= max_names && name != overflow_name) return error(method_name, overflow_name);
    const std::string_view shown = methods.contains(method_name) ? method_name : overflow_name;
    Counter& made = errors.Add({{"method", std::string(shown)}, {"error", std::string(name)}});
    known.emplace(std::string(name), &made);
    return made;
  }

  void remember(std::string_view method_name, double seconds) {
    const std::string_view shown = methods.contains(method_name) ? method_name : overflow_name;
    const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(buckets, seconds) - buckets.begin());
    const std::lock_guard lock(exemplars_mutex);
    std::vector<Exemplar>& of_method = exemplars[std::string(shown)];
    of_method.resize(buckets.size() + 1);
    of_method[bucket] = Exemplar{.request = ++requests, .value = seconds, .unix_seconds = now_in_unix_seconds()};
  }

  // From a bus round trip's price to the longest a request should take.
  const prometheus::Histogram::BucketBoundaries buckets = {25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3,   2.5e-3, 5e-3,
                                                           10e-3, 25e-3, 50e-3,  100e-3, 250e-3, 500e-3, 1.0};
  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& durations;
  prometheus::Family<Counter>& errors;
  Labelled<prometheus::Histogram> writes;
  prometheus::Family<Counter>& write_errors;
  Labelled<Counter> drifts, repairs, repair_errors;
  prometheus::Family<prometheus::Gauge>& reconciliation;
  Labelled<Counter> triggers, actions;
  prometheus::Gauge& config;
  ByName<Method> methods;

  std::mutex writes_mutex;  // of finding their series; the series themselves are the library's to guard
  std::mutex exemplars_mutex;
  Exemplars exemplars;  // of bus requests, by method
  std::uint64_t requests = 0;
};

SelfMetrics::SelfMetrics(std::unique_ptr<State> state) : state_(std::move(state)) {}
SelfMetrics::~SelfMetrics() = default;

Result<std::unique_ptr<SelfMetrics>> SelfMetrics::make(std::string_view version,
                                                       std::span<const std::string_view> methods) {
  try {
    auto state = std::make_unique<State>(version);
    for (const std::string_view name : methods) state->know_method(name);
    return std::unique_ptr<SelfMetrics>(new SelfMetrics(std::move(state)));
  } catch (const std::exception& caught) {
    return fail(library_error(caught));
  }
}

void SelfMetrics::request_done(std::string_view method, std::chrono::nanoseconds took, std::string_view error_name) {
  count_safely([&] {
    const double seconds = std::chrono::duration<double>(took).count();
    state_->method(method).duration->Observe(seconds);
    state_->remember(method, seconds);
    if (!error_name.empty()) state_->error(method, error_name).Increment();
  });
}

void SelfMetrics::limit_written(std::string_view controller, std::chrono::nanoseconds took, int errno_value) {
  count_safely([&] {
    const std::lock_guard lock(state_->writes_mutex);
    state_->writes.at(controller, state_->buckets).Observe(std::chrono::duration<double>(took).count());
    if (errno_value == 0) return;
    const char* const name = strerrorname_np(errno_value);
    state_->write_errors.Add({{"controller", std::string(controller)}, {"errno", name == nullptr ? "unknown" : name}})
        .Increment();
  });
}

void SelfMetrics::drift_detected(std::string_view controller) {
  count_safely([&] { state_->drifts.at(controller).Increment(); });
}

void SelfMetrics::drift_repaired(std::string_view controller, bool succeeded) {
  count_safely([&] { (succeeded ? state_->repairs : state_->repair_errors).at(controller).Increment(); });
}

void SelfMetrics::reconciled() {
  count_safely([&] { state_->reconciliation.Add({}).Set(now_in_unix_seconds()); });
}

void SelfMetrics::pressure_triggered(std::string_view resource) {
  count_safely([&] { state_->triggers.at(resource).Increment(); });
}

void SelfMetrics::policy_acted(std::string_view action) {
  count_safely([&] { state_->actions.at(action).Increment(); });
}

void SelfMetrics::config_reloaded(bool succeeded) {
  state_->config.Set(succeeded ? 1 : 0);
}

Result<void> SelfMetrics::write(Page& page) const {
  try {
    Exemplars exemplars;
    if (page.format() == PageFormat::open_metrics) {
      const std::lock_guard lock(state_->exemplars_mutex);
      exemplars = state_->exemplars;
    }
    std::vector<prometheus::MetricFamily> families = state_->registry.Collect();
    std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
    for (const prometheus::MetricFamily& family : families)
      write_family(page, family, family.name == request_duration ? exemplars : Exemplars{});
    return {};
  } catch (const std::exception& caught) {
    return fail(library_error(caught));
  }
}

}  // namespace cgroupd
