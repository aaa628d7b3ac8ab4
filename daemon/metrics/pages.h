// What a scrape is answered with: pages made from one look at the kernel, in whatever form is asked for.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cgroupfs/tree_reader.h"
#include "core/published_facts.h"
#include "metrics/collector.h"
#include "metrics/gzip.h"
#include "metrics/http_server.h"
#include "metrics/self_metrics.h"

namespace cgroupd {

/// Belongs to the server's thread. All references must outlive it.
class Pages {
 public:
  Pages(TreeReader& reader, const SelfMetrics& self, const PublishedFacts& facts, CollectorOptions options, Gzip gzip);

  /// /metrics. Requests of the same turn are answered from one look at the kernel, and equal ones with the same body.
  HttpAnswer metrics(const HttpRequest& request);

 private:
  using Clock = std::chrono::steady_clock;
  using Body = std::shared_ptr<std::string>;
  struct PartDone {
    std::string_view name;
    std::chrono::duration<double> took;
    bool succeeded;
  };

  void begin(std::uint64_t turn);
  Body make(PageFormat format, bool packed);
  void write(Page& page);
  Body empty_body();

  Collector collector_;
  const SelfMetrics& self_;
  const PublishedFacts& facts_;
  Gzip gzip_;

  std::uint64_t turn_ = 0;
  std::optional<PartDone> reading_;  // this turn's look at the kernel
  std::array<Body, 4> made_;         // this turn's pages, by form
  std::vector<Body> bodies_;         // all that may be with a client
  std::string part_;                 // of a page that is being packed
};

}  // namespace cgroupd
