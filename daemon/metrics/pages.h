// What a scrape is answered with: pages made from one look at the kernel, in whatever form is asked for.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cgroupfs/tree_reader.h"
#include "core/published_facts.h"
#include "metrics/cadvisor_view.h"
#include "metrics/collector.h"
#include "metrics/gzip.h"
#include "metrics/http_server.h"
#include "metrics/self_metrics.h"

namespace cgroupd {

/// Bytes to reserve for a page that is not packed. A text that grows by doubling is there twice for a moment, while
/// room that is not written to costs nothing: so rather too much (a cgroup with everything has 6 KiB).
constexpr std::size_t room_for_page(std::size_t cgroups) {
  constexpr std::size_t for_a_cgroup = 8192;
  constexpr std::size_t for_ourselves = 262'144;
  return for_ourselves + cgroups * for_a_cgroup;
}

/// Belongs to the server's thread. All references must outlive it.
class Pages {
 public:
  Pages(TreeReader& reader, const SelfMetrics& self, const PublishedFacts& facts, CollectorOptions options);

  /// /metrics. Requests of the same turn are answered from one look at the kernel, and equal ones with the same body.
  HttpAnswer metrics(const HttpRequest& request);

  /// /metrics/cadvisor, if there is one; always in text format, which knows cAdvisor's names.
  HttpAnswer cadvisor(const HttpRequest& request);
  void show_cadvisor(std::unique_ptr<CadvisorView> view) { cadvisor_ = std::move(view); }

  /// Something more on every page, before the first one is made.
  void add(std::function<void(Page&)> more) { more_.push_back(std::move(more)); }

 private:
  using Clock = std::chrono::steady_clock;
  using Body = std::shared_ptr<std::string>;
  struct PartDone {
    std::string_view name;
    std::chrono::duration<double> took;
    bool succeeded;
  };

  void begin(std::uint64_t turn);
  HttpAnswer answer(PageFormat format, bool packed, std::size_t form, const std::function<void(Page&)>& write);
  Body make(PageFormat format, bool packed, const std::function<void(Page&)>& write);
  void write(Page& page);
  Body empty_body();

  Collector collector_;
  const SelfMetrics& self_;
  const PublishedFacts& facts_;
  Gzip gzip_;
  std::unique_ptr<CadvisorView> cadvisor_;
  std::vector<std::function<void(Page&)>> more_;

  std::uint64_t turn_ = 0;
  std::optional<PartDone> reading_;  // this turn's look at the kernel
  std::array<Body, 6> made_;         // this turn's pages, by form
  std::vector<Body> bodies_;         // all that may be with a client
  std::string part_;                 // of a page that is being packed
};

}  // namespace cgroupd
