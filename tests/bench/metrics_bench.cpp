// What a scrape costs: against prometheus-cpp's own server over the same numbers, and on a real kernel against the bare
// reads. Each contestant serves from a process of its own, so that memory is its own, too.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/text_cgroups.h"
#include "cgroupfs/kept_files.h"
#include "cgroupfs/real_kernel.h"
#include "cgroupfs/real_tree_reader.h"
#include "metrics/collector.h"
#include "metrics/exporter.h"
#include "metrics/gzip.h"
#include "metrics/http_server.h"
#include "metrics/negotiation.h"
#include "metrics/pages.h"
#include "model/limits.h"

namespace cgroupd::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int rounds = 15;

void check(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "cgroupd_metrics_bench: %s\n", what.c_str());
  std::exit(EXIT_FAILURE);
}

// ---- a server in a process of its own

class Server {
 public:
  // `serve` starts to serve and answers its port; what it answers besides stays alive.
  using Serve = std::function<std::pair<int, std::shared_ptr<void>>()>;

  explicit Server(const Serve& serve) {
    std::array<int, 2> ends = {};
    check(pipe(ends.data()) == 0, "pipe");
    pid_ = fork();
    if (pid_ == 0) {
      const auto serving = serve();
      check(write(ends[1], &serving.first, sizeof serving.first) == sizeof serving.first, "write");
      pause();
      _exit(0);
    }
    check(read(ends[0], &port_, sizeof port_) == sizeof port_, "the server did not start");
    close(ends[0]);
    close(ends[1]);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;
  ~Server() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  int port() const { return port_; }
  double peak_megabytes() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    }
    return 0;
  }

 private:
  pid_t pid_ = 0;
  int port_ = 0;
};

struct Scrape {
  double milliseconds;
  std::size_t bytes;
};

Scrape scrape(int port, bool gzip) {
  const auto begin = Clock::now();
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "connect");
  const std::string request = std::string("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n") +
                              (gzip ? "Accept-Encoding: gzip\r\n" : "") + "\r\n";
  check(write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size()), "send");
  std::vector<char> buffer(std::size_t{1} << 20U);
  std::size_t bytes = 0;
  for (ssize_t got = 0; (got = read(fd, buffer.data(), buffer.size())) > 0;) {
    if (bytes == 0) check(std::string_view(buffer.data(), 15) == "HTTP/1.1 200 OK", "a scrape failed");
    bytes += static_cast<std::size_t>(got);
  }
  close(fd);
  return {.milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - begin).count(), .bytes = bytes};
}

// The least of several rounds: what the work costs when nothing else has the processor.
double least(const std::vector<double>& values) {
  return *std::ranges::min_element(values);
}

Scrape least_scrape(const Server& server, bool gzip) {
  scrape(server.port(), gzip);  // the first one warms up
  std::vector<double> times;
  Scrape last = {};
  for (int i = 0; i < rounds; ++i) times.push_back((last = scrape(server.port(), gzip)).milliseconds);
  return {.milliseconds = least(times), .bytes = last.bytes};
}

// ---- contestants

std::pair<int, std::shared_ptr<void>> serve_ours(std::unique_ptr<TreeReader> reader, CollectorOptions options) {
  struct Parts {
    std::unique_ptr<SelfMetrics> self = *SelfMetrics::make("bench", {});
    NoFacts facts;
    std::unique_ptr<Exporter> exporter;
  };
  auto parts = std::make_shared<Parts>();
  ExporterOptions exporter_options;
  exporter_options.listen = ListenAddress{.host = "127.0.0.1", .port = 0, .is_ipv6 = false};
  exporter_options.collector = std::move(options);
  parts->exporter =
      std::move(*Exporter::start(std::move(exporter_options), std::move(reader), *parts->self, parts->facts));
  const std::string& url = parts->exporter->addresses().at(0);
  return {std::stoi(url.substr(url.rfind(':') + 1)), parts};
}

// Our writer, gzip and server over numbers that were read once, as the library's usual metrics are.
std::pair<int, std::shared_ptr<void>> serve_our_exposition(std::size_t cgroups) {
  struct Parts {
    explicit Parts(std::size_t count) : reader(count), collector(reader, text_cgroups_options()) {}
    TextCgroups reader;
    Collector collector;
    Gzip gzip;
    std::shared_ptr<std::string> body = std::make_shared<std::string>();
    std::unique_ptr<HttpServer> server;
  };
  auto parts = std::make_shared<Parts>(cgroups);
  check(parts->collector.collect(std::make_shared<const Facts>()).has_value(), "collect");
  const auto answer = [p = parts.get()](const HttpRequest& request) {
    const bool packed = accepts_gzip(request.accept_encoding);
    std::string part;
    p->body->clear();
    if (!packed) p->body->reserve(room_for_page(p->collector.cgroups().size()));
    if (packed) p->gzip.begin(*p->body);
    Page page(packed ? part : *p->body, PageFormat::text,
              packed ? Page::Flush([p](std::string& text) {
                p->gzip.append(text);
                text.clear();
              })
                     : Page::Flush());
    p->collector.write(page);
    page.finish();
    if (packed) p->gzip.end();
    return HttpAnswer{.content_type = Page::content_type(PageFormat::text), .body = p->body, .is_gzip = packed};
  };
  std::vector<Listener> listeners;
  listeners.push_back(*Listener::tcp({.host = "127.0.0.1", .port = 0, .is_ipv6 = false}));
  const std::string url = listeners[0].address();
  parts->server = std::move(*HttpServer::start(std::move(listeners), answer, {}));
  return {std::stoi(url.substr(url.rfind(':') + 1)), parts};
}

// The same cgroups, read and parsed by the same code, and then the library's way to a page.
class LibrarysWay final : public prometheus::Collectable {
 public:
  LibrarysWay(std::size_t cgroups, bool reads_every_time)
      : reader_(cgroups), collector_(reader_, text_cgroups_options()), reads_every_time_(reads_every_time) {
    check(collector_.collect(std::make_shared<const Facts>()).has_value(), "collect");
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    if (reads_every_time_) check(collector_.collect(std::make_shared<const Facts>()).has_value(), "collect");
    std::vector<prometheus::MetricFamily> families;
    for (const StateFile& file : state_files()) {
      for (const FileFamily& family : file.families) add(families, family);
    }
    return families;
  }

 private:
  void add(std::vector<prometheus::MetricFamily>& families, const FileFamily& family) const {
    const auto rows = collector_.rows(family.family.name);
    if (rows.empty()) return;
    const bool is_counter = family.family.type == MetricType::counter;
    prometheus::MetricFamily made{std::string(family.family.name),
                                  std::string(family.family.help),
                                  is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
                                  {}};
    made.metric.reserve(rows.size());
    for (const Collector::Row& row : rows) {
      prometheus::ClientMetric metric;
      metric.label.push_back({"cgroup", collector_.cgroups()[row.cgroup]->path.str()});
      (is_counter ? metric.counter.value : metric.gauge.value) = row.value;
      made.metric.push_back(std::move(metric));
    }
    families.push_back(std::move(made));
  }

  mutable TextCgroups reader_;
  mutable Collector collector_;
  bool reads_every_time_;
};

std::pair<int, std::shared_ptr<void>> serve_librarys(std::size_t cgroups, bool reads_every_time) {
  struct Parts {
    std::shared_ptr<LibrarysWay> way;
    std::unique_ptr<prometheus::Exposer> exposer;
  };
  auto parts = std::make_shared<Parts>();
  parts->way = std::make_shared<LibrarysWay>(cgroups, reads_every_time);
  parts->exposer = std::make_unique<prometheus::Exposer>("127.0.0.1:0");
  parts->exposer->RegisterCollectable(parts->way);
  return {parts->exposer->GetListeningPorts().at(0), parts};
}

// `reads`: each scrape takes the cgroups' text apart anew, by the same code on both sides; else only the way from
// numbers to the client is measured.
void compare_with_library(std::size_t cgroups, bool reads) {
  std::printf("\n%zu cgroups, %zu series each, %s\n", cgroups, text_cgroups_series,
              reads ? "with taking their text apart" : "from numbers to the client");
  std::printf("  %-20s %10s %10s %9s\n", "", "ms", "bytes", "peak MB");
  for (const bool gzip : {false, true}) {
    std::array<double, 2> times = {};
    std::array<double, 2> peaks = {};
    for (const bool ours : {false, true}) {
      const Server server([&] {
        if (!ours) return serve_librarys(cgroups, reads);
        return reads ? serve_ours(std::make_unique<TextCgroups>(cgroups), text_cgroups_options())
                     : serve_our_exposition(cgroups);
      });
      const Scrape result = least_scrape(server, gzip);
      times.at(ours ? 1 : 0) = result.milliseconds;
      peaks.at(ours ? 1 : 0) = server.peak_megabytes();
      std::printf("  %-20s %10.2f %10zu %9.1f",
                  (std::string(ours ? "cgroupd" : "Exposer") + (gzip ? ", gzip" : "")).c_str(), result.milliseconds,
                  result.bytes, peaks.at(ours ? 1 : 0));
      if (ours) std::printf("   %.1f times less time, %.2f of the memory", times[0] / times[1], peaks[1] / peaks[0]);
      std::printf("\n");
    }
  }
}

// ---- the real kernel

class RealCgroups {
 public:
  RealCgroups(const std::string& root, int count)
      : root_(root), kernel_(std::move(*RealKernel::open(root, 0))), count_(count) {
    for (const char* const controller : {"+cpu", "+memory", "+pids"})
      (void)kernel_->write(CgroupPath(), "cgroup.subtree_control", controller);
    for (int i = 0; i < count; ++i) check(kernel_->make(path(i)).has_value(), "cannot make " + path(i).str());
  }
  RealCgroups(const RealCgroups&) = delete;
  RealCgroups& operator=(const RealCgroups&) = delete;
  RealCgroups(RealCgroups&&) = delete;
  RealCgroups& operator=(RealCgroups&&) = delete;
  ~RealCgroups() {
    for (int i = 0; i < count_; ++i) (void)kernel_->remove(path(i));
  }

  std::string directory(int i) const { return root_ + "/" + path(i).str(); }

 private:
  static CgroupPath path(int i) { return *CgroupPath::parse("bench-" + std::to_string(i)); }

  std::string root_;
  std::unique_ptr<RealKernel> kernel_;
  int count_;
};

// Every file a scrape reads, open already: the least that anybody can do.
double bare_reads(const RealCgroups& cgroups, int count, std::size_t& files) {
  std::vector<int> fds;
  const auto add = [&](int i, std::string_view file) {
    const int fd = open((cgroups.directory(i) + "/" + std::string(file)).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) fds.push_back(fd);
    check(fd >= 0 || errno == ENOENT, "too many open files for this comparison");
  };
  for (int i = 0; i < count; ++i) {
    for (const StateFile& file : state_files()) add(i, file.file);
    for (const Limit& limit : all_limits()) {
      if (!limit.metrics.empty()) add(i, limit.file);
    }
  }
  files = fds.size();
  std::vector<char> buffer(std::size_t{64} << 10U);
  std::vector<double> times;
  for (int round = 0; round <= rounds; ++round) {
    const auto begin = Clock::now();
    for (const int fd : fds) check(pread(fd, buffer.data(), buffer.size(), 0) >= 0 || errno == EOPNOTSUPP, "pread");
    if (round > 0) times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  for (const int fd : fds) close(fd);
  return least(times);
}

void compare_with_reads(const std::string& root, int count) {
  const RealCgroups cgroups(root, count);
  std::size_t files = 0;
  const double bare = bare_reads(cgroups, count, files);
  std::printf("\n%d cgroups of this kernel, %zu files\n", count, files);
  std::printf("  %-34s %10.2f ms\n", "bare preads of open files", bare);
  const std::size_t by_default = files_to_keep(std::nullopt, room_for_files(raise_file_limit()));
  struct Way {
    const char* name;
    std::size_t kept_files;
    bool gzip;
  };
  for (const Way& way :
       {Way{"whole scrape, all files kept", 100'000, false}, Way{"the same, gzip", 100'000, true},
        Way{"whole scrape, kept by default", by_default, false}, Way{"whole scrape, no file kept", 0, false}}) {
    const Server server([&] { return serve_ours(std::move(*RealTreeReader::open(root, way.kept_files)), {}); });
    const Scrape result = least_scrape(server, way.gzip);
    std::printf("  %-34s %10.2f ms %6.2f times the reads, %zu bytes, peak %.1f MB\n", way.name, result.milliseconds,
                result.milliseconds / bare, result.bytes, server.peak_megabytes());
  }
}

int run(const char* root, const std::vector<std::size_t>& counts) {
  raise_file_limit();
  for (const std::size_t cgroups : counts) {
    compare_with_library(cgroups, false);
    compare_with_library(cgroups, true);
  }
  if (root == nullptr) {
    std::printf("\nno CGROUPD_ROOT: not compared with the reads of a real kernel\n");
  } else {
    compare_with_reads(root, static_cast<int>(counts.front()));
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace cgroupd::bench

// Arguments: how many cgroups instead, to see in a moment that it works.
int main(int argc, char** argv) {
  std::vector<std::size_t> counts;
  for (int i = 1; i < argc; ++i) counts.push_back(std::strtoul(argv[i], nullptr, 10));
  if (counts.empty()) counts = {1000, 10'000};
  return cgroupd::bench::run(std::getenv("CGROUPD_ROOT"), counts);
}
