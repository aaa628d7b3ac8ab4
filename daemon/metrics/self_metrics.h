// The daemon's own metrics, kept by prometheus-cpp.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/instruments.h"
#include "model/result.h"

namespace cgroupd {

/// request_done() is for the bus thread, write() for the thread that answers scrapes; both may run at once.
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

  /// The families in text format 0.0.4, in the order of their names.
  Result<std::string> text() const;

 private:
  struct State;
  explicit SelfMetrics(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cgroupd
