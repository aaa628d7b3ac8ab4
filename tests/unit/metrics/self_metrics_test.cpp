// The bus metrics.
#include "metrics/self_metrics.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/results.h"

namespace cgroupd {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;
using testing::Not;

constexpr std::array<std::string_view, 2> methods = {"Get", "SetLimits"};

class TheBusMetrics : public testing::Test {
 protected:
  std::string text(PageFormat format = PageFormat::text) const {
    std::string out;
    Page page(out, format);
    EXPECT_OK(metrics_->write(page));
    return out;
  }
  std::unique_ptr<SelfMetrics> metrics_ = *SelfMetrics::make("1.2.3", methods);
};

TEST_F(TheBusMetrics, TellTheVersion) {
  EXPECT_THAT(text(), HasSubstr("cgroupd_build_info{version=\"1.2.3\"} 1\n"));
}

TEST_F(TheBusMetrics, StartAtZeroForEveryKnownMethod) {
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_duration_seconds_count{method=\"Get\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_duration_seconds_count{method=\"SetLimits\"} 0\n"));
}

TEST_F(TheBusMetrics, PutARequestInItsBucket) {
  metrics_->request_done("SetLimits", microseconds(60), "");
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_duration_seconds_bucket{method=\"SetLimits\",le=\"5e-05\"} 0\n"));
  EXPECT_THAT(text(),
              HasSubstr("cgroupd_dbus_request_duration_seconds_bucket{method=\"SetLimits\",le=\"0.0001\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_duration_seconds_count{method=\"Get\"} 0\n"));
}

TEST_F(TheBusMetrics, CountErrorsByName) {
  for (int i = 0; i < 3; ++i) metrics_->request_done("Get", microseconds(1), "NotFound");
  metrics_->request_done("Other", microseconds(1), "Busy");
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_errors_total{error=\"NotFound\",method=\"Get\"} 3\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_errors_total{error=\"Busy\",method=\"Other\"} 1\n"));
}

TEST_F(TheBusMetrics, AreBoundedInMethodsAndErrors) {
  for (int i = 0; i < 1000; ++i) {
    metrics_->request_done("method" + std::to_string(i), microseconds(1), "");
    metrics_->request_done("Get", microseconds(1), "error" + std::to_string(i));
  }
  metrics_->request_done("method999", microseconds(1), "bad");
  EXPECT_THAT(text(), HasSubstr("{method=\"other\",le="));
  EXPECT_THAT(text(), Not(HasSubstr("method999")));
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_errors_total{error=\"other\",method=\"Get\"} "));
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_errors_total{error=\"bad\",method=\"other\"} 1\n"));
}

TEST_F(TheBusMetrics, StartAtZeroForEveryErrorOfAKnownMethod) {
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_errors_total{error=\"NotFound\",method=\"Get\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_errors_total{error=\"Failed\",method=\"SetLimits\"} 0\n"));
}

TEST_F(TheBusMetrics, CarryTheNewestRequestAsExemplar) {
  metrics_->request_done("Get", microseconds(60), "");
  metrics_->request_done("Get", microseconds(70), "");
  EXPECT_THAT(text(PageFormat::open_metrics),
              HasSubstr("_bucket{method=\"Get\",le=\"0.0001\"} 2 # {request=\"2\"} 7e-05 1"));
  EXPECT_THAT(text(PageFormat::open_metrics), HasSubstr("_bucket{method=\"Get\",le=\"1.0\"} 2\n"));
  EXPECT_THAT(text(), Not(HasSubstr("#  {")));
  EXPECT_THAT(text(), Not(HasSubstr("request=")));
}

TEST_F(TheBusMetrics, CountWritesOfLimits) {
  metrics_->limit_written("memory", microseconds(60), 0);
  metrics_->limit_written("memory", microseconds(60), EBUSY);
  EXPECT_THAT(text(), HasSubstr("cgroupd_limit_write_duration_seconds_count{controller=\"memory\"} 2\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_limit_write_duration_seconds_count{controller=\"pids\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_limit_write_errors_total{controller=\"memory\",errno=\"EBUSY\"} 1\n"));
}

TEST_F(TheBusMetrics, CountDriftFromZeroOn) {
  EXPECT_THAT(text(), HasSubstr("cgroupd_drift_detected_total{controller=\"memory\"} 0\n"));
  metrics_->drift_detected("memory");
  metrics_->drift_repaired("memory", true);
  metrics_->drift_repaired("cpu", false);
  EXPECT_THAT(text(), HasSubstr("cgroupd_drift_detected_total{controller=\"memory\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_drift_repairs_total{controller=\"memory\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_drift_repair_errors_total{controller=\"cpu\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_drift_repair_errors_total{controller=\"memory\"} 0\n"));
}

TEST_F(TheBusMetrics, TellWhatHappenedAndWhen) {
  EXPECT_THAT(text(), Not(HasSubstr("reconcile")));
  metrics_->reconciled();
  metrics_->pressure_triggered("memory");
  metrics_->policy_acted("lease_end");
  EXPECT_THAT(text(), HasSubstr("\ncgroupd_reconcile_last_success_timestamp_seconds 1"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_psi_triggers_total{resource=\"memory\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_psi_triggers_total{resource=\"io\"} 0\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_policy_actions_total{action=\"lease_end\"} 1\n"));
  EXPECT_THAT(text(), HasSubstr("cgroupd_config_last_reload_successful 1\n"));
  metrics_->config_reloaded(false);
  EXPECT_THAT(text(), HasSubstr("cgroupd_config_last_reload_successful 0\n"));
}

TEST_F(TheBusMetrics, MayBeReadWhileRequestsAreCounted) {
  std::thread reader([this] {
    for (int i = 0; i < 50; ++i) EXPECT_FALSE(text(PageFormat::open_metrics).empty());
  });
  for (int i = 0; i < 2000; ++i)
    metrics_->request_done("Get", microseconds(i), i % 2 == 0 ? "" : "e" + std::to_string(i % 20));
  reader.join();
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_duration_seconds_count{method=\"Get\"} 2000\n"));
}

}  // namespace
}  // namespace cgroupd
