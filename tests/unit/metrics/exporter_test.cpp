// The whole of it: a kernel, listeners, and pages that Prometheus' own tool finds right.
#include "metrics/exporter.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroupfs/file_descriptor.h"
#include "metrics/listener.h"
#include "support/results.h"
#include "unit/metrics/gunzip.h"
#include "unit/metrics/http_client.h"
#include "unit/metrics/text_tree.h"

namespace cgroupd {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
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
  static std::unique_ptr<TreeReader> tree(int cgroups = 1) {
    auto made = std::make_unique<TextTree>();
    for (int i = 0; i < cgroups; ++i) put_everything(*made, "web" + std::to_string(i));
    return made;
  }
  std::unique_ptr<Exporter> start(ExporterOptions options, int cgroups = 1) {
    return std::move(*Exporter::start(std::move(options), tree(cgroups), *self_, facts_));
  }
  std::string socket() const { return directory_ / "metrics.sock"; }

  std::filesystem::path directory_;
  static constexpr std::array<std::string_view, 2> methods = {"Get", "SetLimits"};
  NoFacts facts_;
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

TEST_F(TheExporter, CountsTheDescriptorsThatAreOpen) {
  const auto exporter = start(on_a_free_port());
  const auto shown = [&] {
    constexpr std::string_view name = "\nprocess_open_fds ";
    const std::string page = http_get(exporter->addresses()[0], "/metrics");
    return std::stoi(page.substr(page.find(name) + name.size()));
  };
  shown();  // what the first one opens for good
  const int before = shown();
  std::vector<FileDescriptor> more;
  for (int i = 0; i < 300; ++i) more.emplace_back(::open("/", O_PATH | O_CLOEXEC));
  EXPECT_EQ(shown(), before + 300);
  more.erase(more.begin(), more.begin() + 200);
  EXPECT_EQ(shown(), before + 100);
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

TEST_F(TheExporter, TellsWhatIsDelegated) {
  auto made = std::make_unique<TextTree>();
  made->put_in_root("cgroup.controllers", "cpu memory pids\n");
  TextTree& tree = *made;
  const auto exporter = *Exporter::start(on_a_free_port(), std::move(made), *self_, facts_);
  const auto page = [&] { return body_of(http_get(exporter->addresses()[0], "/metrics")); };
  EXPECT_THAT(page(), AllOf(HasSubstr("\ncgroupd_root_info{path=\"/sys/fs/cgroup/test\",uid=\"" +
                                      std::to_string(getuid()) + "\"} 1\n"),
                            HasSubstr("\ncgroupd_controller_delegated{controller=\"cpu\"} 1\n"),
                            HasSubstr("\ncgroupd_controller_delegated{controller=\"io\"} 0\n")));
  // An administrator may add one.
  tree.put_in_root("cgroup.controllers", "cpu io memory pids\n");
  EXPECT_THAT(page(), HasSubstr("\ncgroupd_controller_delegated{controller=\"io\"} 1\n"));
  tree.lose_root(true);
  EXPECT_THAT(page(), Not(HasSubstr("cgroupd_controller_delegated")));
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

TEST_F(TheExporter, RatherServesNoTcpThanWithoutItsGuard) {
  ExporterOptions options = on_a_free_port();
  options.socket = socket();
  options.web_config = directory_ / "nosuch.yml";
  const auto exporter = start(std::move(options));
  EXPECT_THAT(exporter->complaints(), ElementsAre(AllOf(HasSubstr("no metrics over TCP"), HasSubstr("nosuch.yml"))));
  EXPECT_THAT(exporter->addresses(), ElementsAre("unix:" + socket()));
}

TEST_F(TheExporter, AsksForThePasswordOfTheWebConfiguration) {
  ExporterOptions options = on_a_free_port();
  options.web_config = directory_ / "web.yml";
  std::ofstream(*options.web_config)
      << "basic_auth_users: {alice: $2b$04$a7ea.8NJgfpndDJrliCVZeFk4waMxt.bXOIkwT2hZrFmJiYheGWme}\n";
  const auto exporter = start(std::move(options));
  EXPECT_THAT(http_get(exporter->addresses()[0], "/metrics"), StartsWith("HTTP/1.1 401 "));
  const HttpClient client(exporter->addresses()[0]);
  client.send(
      "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Basic "
      "YWxpY2U6c2VjcmV0\r\n\r\n");
  EXPECT_THAT(client.rest(),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("\ncgroupd_web_config_last_reload_successful 1\n")));
}

TEST_F(TheExporter, SpeaksInCadvisorsWordsOnlyWhenToldTo) {
  const auto silent = start(on_a_free_port());
  EXPECT_THAT(http_get(silent->addresses()[0], "/metrics/cadvisor"),
              AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("cadvisor = yes")));
  ExporterOptions options = on_a_free_port();
  options.cadvisor = true;
  const auto speaking = start(std::move(options));
  EXPECT_THAT(http_get(speaking->addresses()[0], "/metrics/cadvisor"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("\ncontainer_memory_rss{id=\"/test/web0\",name=\"web0\"")));
  EXPECT_THAT(http_get(speaking->addresses()[0], "/metrics"), Not(HasSubstr("container_memory_rss")));
}

TEST_F(TheExporter, MayHaveNoListenerAtAll) {
  const auto exporter = start(ExporterOptions{});
  EXPECT_THAT(exporter->addresses(), IsEmpty());
  EXPECT_THAT(exporter->complaints(), IsEmpty());
}

TEST_F(TheExporter, AnswersWhileSlowReadersHoldMorePagesThanThereMayBe) {
  constexpr int cgroups = 200;  // a page that does not fit in a unix socket's buffer (net.core.wmem_default, 208 KiB)
  constexpr int slow_readers = 20;
  ExporterOptions options;
  options.socket = socket();
  const auto exporter = start(std::move(options), cgroups);
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < slow_readers; ++i) {
    slow.push_back(std::make_unique<HttpClient>("unix:" + socket()));
    slow.back()->send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    // One after the other, so that each has a page of its own.
    EXPECT_THAT(http_get("unix:" + socket(), "/-/healthy"), StartsWith("HTTP/1.1 200"));
  }
  const std::string page = http_get("unix:" + socket(), "/metrics");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(page, HasSubstr("\ncgroupd_managed_cgroups 200\n"));
  // The newest of the slow ones has its page, the oldest has lost it.
  EXPECT_THAT(slow.back()->rest(), HasSubstr("\ncgroupd_managed_cgroups 200\n"));
  EXPECT_THAT(slow.front()->rest(), Not(HasSubstr("\ncgroupd_managed_cgroups 200\n")));
}

class ANegotiatedPage : public TheExporter {
 protected:
  std::string ask(std::string_view headers, std::string_view method = "GET") const {
    const HttpClient client(exporter_->addresses()[0]);
    client.send(std::string(method) + " /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                std::string(headers) + "\r\n");
    return client.rest();
  }
  std::unique_ptr<Exporter> exporter_ = start(on_a_free_port(), 100);
};

TEST_F(ANegotiatedPage, IsTextForWhoAsksForNothing) {
  EXPECT_THAT(ask(""), AllOf(HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
                             Not(HasSubstr("Content-Encoding")), Not(HasSubstr("# EOF"))));
}

TEST_F(ANegotiatedPage, IsOpenMetricsForPrometheus) {
  self_->request_done("Get", std::chrono::microseconds(30), "");
  const std::string page =
      ask("Accept: application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
          "text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n");
  EXPECT_THAT(page, AllOf(HasSubstr("\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"),
                          HasSubstr("\n# TYPE cgroup_cpu_usage_seconds counter\n"),
                          HasSubstr("\n# UNIT cgroup_cpu_usage_seconds seconds\n"),
                          HasSubstr("\ncgroup_cpu_usage_seconds_total{cgroup=\"web0\"} "),
                          HasSubstr("\n# TYPE cgroupd_cgroup info\n"), EndsWith("\n# EOF\n")));
  EXPECT_THAT(page, HasSubstr("\ncgroupd_dbus_request_duration_seconds_bucket{method=\"Get\",le=\"5e-05\"} 1 # "
                              "{request=\"1\"} 3e-05 "));
}

TEST_F(ANegotiatedPage, IsPackedWhenAskedFor) {
  const std::string answer = ask("Accept-Encoding: gzip\r\n");
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  const std::string page = gunzip(body_of(answer));
  EXPECT_THAT(page, StartsWith("# HELP "));
  EXPECT_THAT(page, HasSubstr("\ncgroup_pids_max{cgroup=\"web99\"} 20\n"));
  EXPECT_THAT(page, HasSubstr("\ncgroupd_scrape_duration_seconds "));
  EXPECT_LT(body_of(answer).size() * 5, page.size());
}

TEST_F(ANegotiatedPage, IsOnlyDescribedToHead) {
  EXPECT_THAT(ask("Accept-Encoding: gzip\r\n", "HEAD"),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("\r\nContent-Encoding: gzip\r\n"), EndsWith("\r\n\r\n")));
}

TEST_F(TheExporter, SaysWhichPartOfAScrapeFailed) {
  auto broken = std::make_unique<TextTree>();
  broken->lose_root(true);
  const auto exporter = std::move(*Exporter::start(on_a_free_port(), std::move(broken), *self_, facts_));
  const std::string page = http_get(exporter->addresses()[0], "/metrics");
  EXPECT_THAT(page, AllOf(StartsWith("HTTP/1.1 200"),
                          HasSubstr("\ncgroupd_scrape_collector_success{collector=\"cgroups\"} 0\n"),
                          HasSubstr("\ncgroupd_scrape_collector_success{collector=\"self\"} 1\n")));
  EXPECT_THAT(http_get(exporter->addresses()[0], "/-/ready"), StartsWith("HTTP/1.1 503"));
}

}  // namespace
}  // namespace cgroupd
