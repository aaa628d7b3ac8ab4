// The pages, and which listeners they are served on.
#include "metrics/exporter.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "metrics/http_server.h"
#include "metrics/page.h"
#include "metrics/process_metrics.h"

namespace cgroupd {
namespace {

constexpr std::string_view plain_text = "text/plain; charset=utf-8";

HttpAnswer text_answer(unsigned status, std::string text) {
  return {.status = status, .content_type = plain_text, .body = std::make_shared<std::string>(std::move(text))};
}

std::string landing_page(const std::string& version) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
         "charset=\"utf-8\"><title>cgroupd</title></head><body>\n<h1>cgroupd " +
         version +
         "</h1>\n<ul>\n<li><a href=\"/metrics\">/metrics</a>: every cgroup, for Prometheus</li>\n"
         "<li><a href=\"/-/healthy\">/-/healthy</a>: the daemon answers</li>\n"
         "<li><a href=\"/-/ready\">/-/ready</a>: the delegated tree can be read</li>\n</ul>\n</body></html>\n";
}

}  // namespace

// Everything in here but the constructor runs on the server's thread.
class Exporter::Site {
 public:
  Site(std::unique_ptr<Kernel> kernel, const SelfMetrics& self, CollectorOptions collector, const std::string& version)
      : kernel_(std::move(kernel)),
        self_(self),
        collector_(*kernel_, std::move(collector)),
        landing_(std::make_shared<std::string>(landing_page(version))) {}

  Result<void> serve(std::vector<Listener> listeners) {
    auto server = HttpServer::start(
        std::move(listeners), [this](std::string_view path) { return answer(path); }, HttpLimits{});
    if (!server) return fail(std::move(server.error()));
    server_ = std::move(*server);
    return {};
  }

 private:
  HttpAnswer answer(std::string_view path) {
    if (path == "/metrics") return metrics();
    if (path == "/-/healthy") return text_answer(200, "cgroupd is healthy\n");
    if (path == "/-/ready") return ready();
    if (path == "/") return {.status = 200, .content_type = "text/html; charset=utf-8", .body = landing_};
    return text_answer(404, "not found; there are /metrics, /-/healthy and /-/ready\n");
  }

  HttpAnswer ready() {
    const auto children = kernel_->children(CgroupPath());
    return children ? text_answer(200, "cgroupd is ready\n") : text_answer(503, children.error().text() + "\n");
  }

  HttpAnswer metrics() {
    const auto begin = std::chrono::steady_clock::now();
    const std::shared_ptr<std::string> body = empty_body();
    if (!body) return text_answer(503, "too many clients have not yet read their page\n");
    Page page(*body);
    collector_.collect();
    collector_.write(page);
    write_process_metrics(page);
    if (const Result<std::string> own = self_.text()) *body += *own;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    page.single({"cgroupd_scrape_duration_seconds", MetricType::gauge, "How long it took to make this page"},
                took.count());
    return {.status = 200, .content_type = Page::content_type, .body = body};
  }

  // A buffer nobody reads any more, or a new one; none when slow readers hold too many.
  std::shared_ptr<std::string> empty_body() {
    constexpr std::size_t most = 8;
    const auto is_free = [](const std::shared_ptr<std::string>& body) { return body.use_count() == 1; };
    const auto at = std::ranges::find_if(bodies_, is_free);
    if (at != bodies_.end()) {
      std::shared_ptr<std::string> reused = *at;
      std::erase_if(bodies_, is_free);  // what a burst needed is given back; `reused` is held twice now
      reused->clear();
      return reused;
    }
    if (bodies_.size() >= most) return nullptr;
    return bodies_.emplace_back(std::make_shared<std::string>());
  }

  std::unique_ptr<Kernel> kernel_;
  const SelfMetrics& self_;
  Collector collector_;
  std::shared_ptr<const std::string> landing_;
  std::vector<std::shared_ptr<std::string>> bodies_;
  std::unique_ptr<HttpServer> server_;  // last: its thread ends before what it uses
};

Exporter::Exporter() = default;
Exporter::~Exporter() = default;

Result<std::unique_ptr<Exporter>> Exporter::start(ExporterOptions options, std::unique_ptr<Kernel> kernel,
                                                  const SelfMetrics& self) {
  std::unique_ptr<Exporter> exporter(new Exporter());
  std::vector<Listener> listeners;
  const auto take = [&](Result<Listener> listener) {
    if (listener) {
      exporter->addresses_.push_back(listener->address());
      listeners.push_back(std::move(*listener));
    } else {
      exporter->complaints_.push_back(listener.error().text());
    }
  };
  for (FileDescriptor& fd : options.handed_over) take(Listener::adopt(std::move(fd)));
  const bool have_unix = std::ranges::any_of(listeners, &Listener::is_unix);
  const bool have_tcp = std::ranges::any_of(listeners, [](const Listener& listener) { return !listener.is_unix(); });
  if (options.listen && !have_tcp) take(Listener::tcp(*options.listen));
  if (options.socket && !have_unix) take(Listener::unix_socket(*options.socket));

  exporter->site_ = std::make_unique<Site>(std::move(kernel), self, std::move(options.collector), options.version);
  if (Result<void> serving = exporter->site_->serve(std::move(listeners)); !serving)
    return fail(std::move(serving.error()));
  return exporter;
}

}  // namespace cgroupd
