// The daemon's own metrics, kept by prometheus-cpp.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/instruments.h"
#include "metrics/page.h"
#include "model/result.h"

namespace cgroupd {

/// The Instruments are for the bus thread, write() for the thread that answers scrapes; both may run at once.
class SelfMetrics final : public Instruments {
 public:
  /// `methods`: the bus methods known in advance, so that their series start at 0.
  static Result<std::unique_ptr<SelfMetrics>> make(std::string_view version, std::span<const std::string_view> methods);
  SelfMetrics(const SelfMetrics&) = delete;
  SelfMetrics& operator=(const SelfMetrics&) = delete;
  SelfMetrics(SelfMetrics&&) = delete;
  SelfMetrics& operator=(SelfMetrics&&) = delete;
  ~SelfMetrics() override;

  void request_done(std::string_view method, std::chrono::nanoseconds took, std::string_view error_name) override;
  void limit_written(std::string_view controller, std::chrono::nanoseconds took, int errno_value) override;
  void drift_detected(std::string_view controller) override;
  void drift_repaired(std::string_view controller, bool succeeded) override;
  void reconciled() override;
  void pressure_triggered(std::string_view resource) override;
  void policy_acted(std::string_view action) override;
  void config_reloaded(bool succeeded) override;

  /// The families in the order of their names. In OpenMetrics the buckets of bus requests carry the newest request as
  /// exemplar: its running number since the start, how long it took and when it ended.
  Result<void> write(Page& page) const;

 private:
  struct State;
  explicit SelfMetrics(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cgroupd
