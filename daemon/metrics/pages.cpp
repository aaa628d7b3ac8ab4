// One look, up to six forms of it.
#include "metrics/pages.h"

#include <algorithm>
#include <utility>

#include "metrics/negotiation.h"
#include "metrics/process_metrics.h"

namespace cgroupd {

Pages::Pages(TreeReader& reader, const SelfMetrics& self, const PublishedFacts& facts, CollectorOptions options)
    : collector_(reader, std::move(options)), self_(self), facts_(facts) {}

HttpAnswer Pages::metrics(const HttpRequest& request) {
  begin(request.turn);
  const PageFormat format = negotiate_format(request.accept);
  return answer(format, accepts_gzip(request.accept_encoding), format == PageFormat::open_metrics ? 2 : 0,
                [this](Page& page) { write(page); });
}

HttpAnswer Pages::cadvisor(const HttpRequest& request) {
  if (!cadvisor_) {
    return {.status = 404,
            .content_type = "text/plain; charset=utf-8",
            .body = std::make_shared<std::string>("switched off; write cadvisor = yes in section [metrics]\n")};
  }
  begin(request.turn);
  return answer(PageFormat::text, accepts_gzip(request.accept_encoding), 4,
                [this](Page& page) { cadvisor_->write(page, collector_); });
}

HttpAnswer Pages::answer(PageFormat format, bool packed, std::size_t form, const std::function<void(Page&)>& write) {
  Body& body = made_.at(form + (packed ? 1U : 0U));
  if (!body) body = make(format, packed, write);
  return {.status = 200, .content_type = Page::content_type(format), .body = body, .is_gzip = packed};
}

void Pages::begin(std::uint64_t turn) {
  if (reading_ && turn == turn_) return;
  turn_ = turn;
  made_ = {};
  const auto began = Clock::now();
  const Result<void> collected = collector_.collect(facts_.facts());
  reading_ = PartDone{.name = "cgroups", .took = Clock::now() - began, .succeeded = collected.has_value()};
}

Pages::Body Pages::make(PageFormat format, bool packed, const std::function<void(Page&)>& write) {
  Body body = empty_body();
  if (!packed) {
    body->reserve(room_for_page(collector_.cgroups().size()));
    Page page(*body, format);
    write(page);
    page.finish();
    return body;
  }
  // Piece by piece, so that the plain page, ten times as big, never lies in memory.
  part_.clear();
  gzip_.begin(*body);
  Page page(part_, format, [this](std::string& text) {
    gzip_.append(text);
    text.clear();
  });
  write(page);
  page.finish();
  gzip_.end();
  return body;
}

void Pages::write(Page& page) {
  const auto began = Clock::now();
  collector_.write(page);
  std::array<PartDone, 3> parts = {*reading_};
  std::size_t count = 1;
  const auto timed = [&](std::string_view name, auto work) {
    const auto part_began = Clock::now();
    const bool succeeded = work();
    parts[count++] = PartDone{.name = name, .took = Clock::now() - part_began, .succeeded = succeeded};
  };
  timed("process", [&] {
    write_process_metrics(page);
    return true;
  });
  timed("self", [&] { return self_.write(page).has_value(); });
  for (const auto& more : more_) more(page);

  page.begin({"cgroupd_scrape_collector_duration_seconds", MetricType::gauge, "How long a part of this scrape took"});
  for (const PartDone& part : parts) {
    std::string label;
    append_label(label, "collector", part.name);
    page.sample(label, part.took.count());
  }
  page.begin({"cgroupd_scrape_collector_success", MetricType::gauge, "Whether a part of this scrape could be had"});
  for (const PartDone& part : parts) {
    std::string label;
    append_label(label, "collector", part.name);
    page.sample(label, part.succeeded ? 1 : 0);
  }
  page.single({"cgroupd_scrape_duration_seconds", MetricType::gauge, "How long it took to read and write this page"},
              std::chrono::duration<double>(reading_->took + (Clock::now() - began)).count());
}

// A buffer nobody reads any more, or a new one. The server sees to it that readers do not hold many.
Pages::Body Pages::empty_body() {
  const auto is_free = [](const Body& body) { return body.use_count() == 1; };
  const auto at = std::ranges::find_if(bodies_, is_free);
  if (at == bodies_.end()) return bodies_.emplace_back(std::make_shared<std::string>());
  Body reused = *at;
  std::erase_if(bodies_, is_free);  // what a burst needed is given back; `reused` is held twice now
  reused->clear();
  return reused;
}

}  // namespace cgroupd
