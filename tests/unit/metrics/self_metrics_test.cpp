// The bus metrics.
#include "metrics/self_metrics.h"

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cgroupd {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;
using testing::Not;

constexpr std::array<std::string_view, 2> methods = {"Get", "SetLimits"};

class TheBusMetrics : public testing::Test {
 protected:
  std::string text() const { return *metrics_->text(); }
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
  EXPECT_THAT(text(), Not(HasSubstr("errors_total")));
}

TEST_F(TheBusMetrics, CountErrorsByName) {
  for (int i = 0; i < 3; ++i) metrics_->request_done("Get", microseconds(1), "org.cgroupd1.Error.NotFound");
  metrics_->request_done("Other", microseconds(1), "org.cgroupd1.Error.Busy");
  EXPECT_THAT(text(),
              HasSubstr("cgroupd_dbus_request_errors_total{error=\"org.cgroupd1.Error.NotFound\",method=\"Get\"} 3\n"));
  EXPECT_THAT(text(),
              HasSubstr("cgroupd_dbus_request_errors_total{error=\"org.cgroupd1.Error.Busy\",method=\"Other\"} 1\n"));
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

TEST_F(TheBusMetrics, MayBeReadWhileRequestsAreCounted) {
  std::thread reader([this] {
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(metrics_->text().has_value());
  });
  for (int i = 0; i < 2000; ++i)
    metrics_->request_done("Get", microseconds(i), i % 2 == 0 ? "" : "e" + std::to_string(i % 20));
  reader.join();
  EXPECT_THAT(text(), HasSubstr("cgroupd_dbus_request_duration_seconds_count{method=\"Get\"} 2000\n"));
}

}  // namespace
}  // namespace cgroupd
