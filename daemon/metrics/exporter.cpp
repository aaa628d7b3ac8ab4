// The pages, and which listeners they are served on.
#include "metrics/exporter.h"

#include <algorithm>
#include <utility>

#include "metrics/delegation.h"
#include "metrics/http_server.h"
#include "metrics/pages.h"
#include "metrics/web_guard.h"

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
  static std::unique_ptr<Site> make(std::unique_ptr<TreeReader> reader, const SelfMetrics& self,
                                    const PublishedFacts& facts, ExporterOptions& options) {
    options.collector.for_cadvisor = options.cadvisor;
    std::unique_ptr<Site> site(new Site(std::move(reader), self, facts, std::move(options.collector), options.version));
    site->pages_.add([&reader = *site->reader_](Page& page) { write_delegation(page, reader); });
    if (options.cadvisor) site->pages_.show_cadvisor(std::make_unique<CadvisorView>(*site->reader_, options.version));
    return site;
  }

  Result<void> serve(std::vector<Listener> listeners, std::unique_ptr<WebGuard> guard) {
    if (const WebGuard* const shown = guard.get()) {
      pages_.add([shown](Page& page) {
        page.single({"cgroupd_web_config_last_reload_successful", MetricType::gauge,
                     "Whether the web configuration could be read the last time; if not, the old one is in use"},
                    shown->is_current() ? 1 : 0);
      });
    }
    auto server = HttpServer::start(
        std::move(listeners), [this](const HttpRequest& request) { return answer(request); }, HttpLimits{},
        std::move(guard));
    if (!server) return fail(std::move(server.error()));
    server_ = std::move(*server);
    return {};
  }

  const std::vector<std::string>& complaints() const { return server_->complaints(); }

 private:
  Site(std::unique_ptr<TreeReader> reader, const SelfMetrics& self, const PublishedFacts& facts,
       CollectorOptions collector, const std::string& version)
      : reader_(std::move(reader)),
        pages_(*reader_, self, facts, std::move(collector)),
        landing_(std::make_shared<std::string>(landing_page(version))) {}

  HttpAnswer answer(const HttpRequest& request) {
    if (request.path == "/metrics") return pages_.metrics(request);
    if (request.path == "/metrics/cadvisor") return pages_.cadvisor(request);
    if (request.path == "/-/healthy") return text_answer(200, "cgroupd is healthy\n");
    if (request.path == "/-/ready") return ready();
    if (request.path == "/") return {.status = 200, .content_type = "text/html; charset=utf-8", .body = landing_};
    return text_answer(404, "not found; there are /metrics, /-/healthy and /-/ready\n");
  }

  HttpAnswer ready() {
    const auto root = reader_->open_root();
    const bool can_read = root && (*root)->children();
    return can_read ? text_answer(200, "cgroupd is ready\n")
                    : text_answer(503, "the delegated root " + reader_->root_path() + " cannot be read\n");
  }

  std::unique_ptr<TreeReader> reader_;
  Pages pages_;
  std::shared_ptr<const std::string> landing_;
  std::unique_ptr<HttpServer> server_;  // last: its thread ends before what it uses
};

Exporter::Exporter() = default;
Exporter::~Exporter() = default;

Result<std::unique_ptr<Exporter>> Exporter::start(ExporterOptions options, std::unique_ptr<TreeReader> reader,
                                                  const SelfMetrics& self, const PublishedFacts& facts) {
  std::unique_ptr<Exporter> exporter(new Exporter());
  std::vector<Listener> listeners;
  std::unique_ptr<WebGuard> guard;
  bool tcp_allowed = true;
  if (options.web_config) {
    if (auto opened = WebGuard::open(*options.web_config)) {
      guard = std::move(*opened);
    } else {
      tcp_allowed = false;
      exporter->complaints_.push_back("no metrics over TCP: " + opened.error().text());
    }
  }
  const auto take = [&](Result<Listener> listener) {
    if (listener && (tcp_allowed || listener->is_unix())) {
      const bool is_tls = guard && guard->tls() && !listener->is_unix();
      exporter->addresses_.push_back((is_tls ? "https" : "") +
                                     listener->address().substr(is_tls ? std::string_view("http").size() : 0));
      listeners.push_back(std::move(*listener));
    } else if (!listener) {
      exporter->complaints_.push_back(listener.error().text());
    }
  };
  for (FileDescriptor& fd : options.handed_over) take(Listener::adopt(std::move(fd)));
  const bool have_unix = std::ranges::any_of(listeners, &Listener::is_unix);
  const bool have_tcp = std::ranges::any_of(listeners, [](const Listener& listener) { return !listener.is_unix(); });
  if (options.listen && !have_tcp && tcp_allowed) take(Listener::tcp(*options.listen));
  if (options.socket && !have_unix) take(Listener::unix_socket(*options.socket));

  exporter->site_ = Site::make(std::move(reader), self, facts, options);
  if (Result<void> serving = exporter->site_->serve(std::move(listeners), std::move(guard)); !serving)
    return fail(std::move(serving.error()));
  const auto& more = exporter->site_->complaints();
  exporter->complaints_.insert(exporter->complaints_.end(), more.begin(), more.end());
  return exporter;
}

}  // namespace cgroupd
