// The whole of it: a kernel, listeners, and pages that Prometheus' own tool finds right.
#include "metrics/exporter.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "metrics/listener.h"
#include "support/results.h"
#include "unit/metrics/http_client.h"
#include "unit/metrics/text_kernel.h"

namespace cgroupd {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class TheExporter : public testing::Test {
 protected:
  TheExporter() {
    std::string pattern = testing::TempDir() + "cgroupd-exporter-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~TheExporter() override { std::filesystem::remove_all(directory_); }
  TheExporter(const TheExporter&) = delete;
  TheExporter& operator=(const TheExporter&) = delete;
  TheExporter(TheExporter&&) = delete;
  TheExporter& operator=(TheExporter&&) = delete;

  static ExporterOptions on_a_free_port() {
    ExporterOptions options;
    options.listen = ListenAddress{.host = "127.0.0.1", .port = 0, .is_ipv6 = false};
    options.version = "1.2.3";
    return options;
  }
  static std::unique_ptr<Kernel> kernel(int cgroups = 1) {
    auto made = std::make_unique<TextKernel>();
    for (int i = 0; i < cgroups; ++i) put_everything(*made, "web" + std::to_string(i));
    return made;
  }
  std::unique_ptr<Exporter> start(ExporterOptions options, int cgroups = 1) {
    return std::move(*Exporter::start(std::move(options), kernel(cgroups), *self_));
  }
  std::string socket() const { return directory_ / "metrics.sock"; }

  std::filesystem::path directory_;
  static constexpr std::array<std::string_view, 2> methods = {"Get", "SetLimits"};
  std::unique_ptr<SelfMetrics> self_ = *SelfMetrics::make("1.2.3", methods);
};

TEST_F(TheExporter, ServesEveryFamilyOnOnePage) {
  const auto exporter = start(on_a_free_port());
  self_->request_done("SetLimits", std::chrono::microseconds(80), "org.cgroupd1.Error.NotFound");
  const std::string page = http_get(exporter->addresses()[0], "/metrics");
  EXPECT_THAT(page, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                          HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n")));
  for (const char* const part :
       {"\ncgroup_memory_max_bytes{cgroup=\"web0\"} 67108864\n", "\ncgroupd_managed_cgroups 1\n",
        "\nprocess_resident_memory_bytes ", "\nprocess_open_fds ", "\nprocess_start_time_seconds ",
        "\ncgroupd_build_info{version=\"1.2.3\"} 1\n",
        "\ncgroupd_dbus_request_errors_total{error=\"org.cgroupd1.Error.NotFound\",method=\"SetLimits\"} 1\n",
        "\ncgroupd_scrape_duration_seconds "}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST_F(TheExporter, IsCleanForPromtool) {
  const auto exporter = start(on_a_free_port(), 3);
  self_->request_done("SetLimits", std::chrono::microseconds(80), "org.cgroupd1.Error.NotFound");
  const std::string file = directory_ / "page";
  std::ofstream(file) << body_of(http_get(exporter->addresses()[0], "/metrics"));
  FILE* const tool = popen(("promtool check metrics < " + file + " 2>&1").c_str(), "r");
  ASSERT_NE(tool, nullptr);
  std::string said;
  std::array<char, 4096> part = {};
  while (fgets(part.data(), static_cast<int>(part.size()), tool) != nullptr) said += part.data();
  const int status = pclose(tool);
  EXPECT_EQ(WEXITSTATUS(status), 0) << said << "(promtool is in the package prometheus: ./dev deps)";
  EXPECT_EQ(said, "");
}

TEST_F(TheExporter, AnswersProbesAndShowsTheWay) {
  const auto exporter = start(on_a_free_port());
  const std::string& address = exporter->addresses()[0];
  EXPECT_THAT(http_get(address, "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(http_get(address, "/-/ready"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(http_get(address, "/"), AllOf(HasSubstr("Content-Type: text/html; charset=utf-8\r\n"),
                                            HasSubstr("<h1>cgroupd 1.2.3</h1>"), HasSubstr("href=\"/metrics\"")));
  for (const char* const path : {"/metrics/", "/metrics/foo", "/Metrics", "/favicon.ico", "//"}) {
    EXPECT_THAT(http_get(address, path), StartsWith("HTTP/1.1 404 ")) << path;
  }
}

TEST_F(TheExporter, ServesAUnixSocketBesideTcp) {
  ExporterOptions options = on_a_free_port();
  options.socket = socket();
  const auto exporter = start(std::move(options));
  EXPECT_THAT(exporter->addresses(), ElementsAre(StartsWith("http://127.0.0.1:"), "unix:" + socket()));
  EXPECT_THAT(exporter->complaints(), IsEmpty());
  EXPECT_THAT(http_get("unix:" + socket(), "/metrics"),
              HasSubstr("\ncgroup_memory_max_bytes{cgroup=\"web0\"} 67108864\n"));
}

TEST_F(TheExporter, ComplainsOfATakenPortAndServesTheRest) {
  const auto first = start(on_a_free_port());
  ExporterOptions options;
  options.listen = *parse_listen_address(first->addresses()[0].substr(7));
  options.socket = socket();
  const auto second = start(std::move(options));
  EXPECT_THAT(second->complaints(), ElementsAre(HasSubstr("Address already in use")));
  EXPECT_THAT(second->addresses(), ElementsAre("unix:" + socket()));
  EXPECT_THAT(http_get("unix:" + socket(), "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(TheExporter, UsesAListenerHandedOverInsteadOfItsOwn) {
  Result<Listener> outside = Listener::tcp({.host = "127.0.0.1", .port = 0, .is_ipv6 = false});
  ASSERT_OK(outside);
  ExporterOptions options = on_a_free_port();
  options.handed_over.emplace_back(outside->release_fd());
  const auto exporter = start(std::move(options));
  EXPECT_THAT(exporter->addresses(), ElementsAre(outside->address()));
  EXPECT_THAT(http_get(outside->address(), "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(TheExporter, MayHaveNoListenerAtAll) {
  const auto exporter = start(ExporterOptions{});
  EXPECT_THAT(exporter->addresses(), IsEmpty());
  EXPECT_THAT(exporter->complaints(), IsEmpty());
}

TEST_F(TheExporter, BoundsThePagesThatSlowReadersHold) {
  constexpr int cgroups = 200;  // a page that does not fit in a unix socket's buffer (net.core.wmem_default, 208 KiB)
  constexpr int slow_readers = 8;
  ExporterOptions options;
  options.socket = socket();
  const auto exporter = start(std::move(options), cgroups);
  const auto status_of = [&](std::string_view path) { return http_get("unix:" + socket(), path).substr(0, 12); };
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < slow_readers; ++i) {
    slow.push_back(std::make_unique<HttpClient>("unix:" + socket()));
    slow.back()->send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }
  EXPECT_EQ(status_of("/metrics"), "HTTP/1.1 503");
  EXPECT_EQ(status_of("/-/healthy"), "HTTP/1.1 200");
  for (const auto& reader : slow) EXPECT_NE(reader->rest().find("\ncgroupd_managed_cgroups 200\n"), std::string::npos);
  EXPECT_EQ(status_of("/metrics"), "HTTP/1.1 200");
}

}  // namespace
}  // namespace cgroupd
