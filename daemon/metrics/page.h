// Writes Prometheus' text format 0.0.4 or OpenMetrics 1.0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace cgroupd {

enum class MetricType {
  counter,    ///< the name ends in _total
  gauge,      ///< a number that goes up and down
  info,       ///< always 1, what matters is in the labels; the name ends in _info
  histogram,  ///< samples are named with sample_of(): _bucket, _sum, _count
};

enum class PageFormat { text, open_metrics };

/// A family: what HELP and TYPE say.
struct MetricFamily {
  std::string_view name;
  MetricType type;
  std::string_view help;
};

/// Text under construction. Families are written one after the other, so that each stays contiguous; samples carry no
/// timestamp, so that what is gone is gone with the next scrape.
class Page {
 public:
  /// Takes the text written so far out of the buffer, so that a big page never lies in memory as a whole.
  using Flush = std::function<void(std::string& text)>;

  /// Appends to `out`, which must outlive the page. With `flush`, it is called whenever `out` has grown beyond
  /// flush_bytes, and must leave `out` empty.
  explicit Page(std::string& out, PageFormat format = PageFormat::text, Flush flush = {})
      : out_(out), format_(format), flush_(std::move(flush)), flush_above_(flush_ ? flush_bytes : std::string::npos) {}

  static constexpr std::size_t flush_bytes = std::size_t{512} * 1024;

  /// Exactly what Content-Type must say: Prometheus 3 fails a scrape with any other.
  static std::string_view content_type(PageFormat format);
  PageFormat format() const { return format_; }

  /// HELP, TYPE and, in OpenMetrics, UNIT. Once a family; `family.name` must stay valid until the next begin().
  void begin(const MetricFamily& family);

  /// A sample of the family begun. `labels` is the inside of the braces, as append_label() makes it; an infinite value
  /// is written +Inf.
  void sample(std::string_view labels, double value) { sample_of({}, labels, {}, value); }
  /// The same with labels in two pieces: what is common to a cgroup, and what is particular.
  void sample(std::string_view labels, std::string_view more_labels, double value) {
    sample_of({}, labels, more_labels, value);
  }
  /// The same with something behind the family's name: "_bucket".
  void sample_of(std::string_view suffix, std::string_view labels, std::string_view more_labels, double value);
  /// Many samples of the family begun, faster than one by one: they lie apart until there are many of them. To be ended
  /// before anything else is put to the page.
  class Samples {
   public:
    explicit Samples(Page& page) : page_(page) {}
    Samples(const Samples&) = delete;
    Samples& operator=(const Samples&) = delete;
    Samples(Samples&&) = delete;
    Samples& operator=(Samples&&) = delete;
    ~Samples() = default;
    /// As Page::sample().
    void add(std::string_view labels, std::string_view more_labels, double value);
    void end() { put_down(); }

   private:
    void put_down();
    static constexpr std::size_t room = std::size_t{16} * 1024;
    Page& page_;
    std::size_t size_ = 0;
    std::array<char, room> gathered_;  // NOLINT(cppcoreguidelines-pro-type-member-init): as far as size_
  };

  /// Puts an exemplar to the sample just written; nothing in text format, which has none. `unix_seconds`: when it was.
  void exemplar(std::string_view labels, double value, double unix_seconds);

  /// A family with one sample without labels.
  void single(const MetricFamily& family, double value);

  /// The end of the page: nothing may follow.
  void finish();

 private:
  static constexpr std::size_t besides_labels = 40;  // in a sample's line: punctuation and the number
  static char* put_rest(char* at, std::string_view labels, std::string_view more_labels, double value);

  std::string& out_;
  PageFormat format_;
  Flush flush_;
  std::size_t flush_above_;
  std::string_view name_;
};

/// Adds `name="value"` to the inside of a label block, with a comma before it when there is something already.
void append_label(std::string& labels, std::string_view name, std::string_view value);

/// The shortest decimal text that reads back as the same double; whole numbers without exponent. "+Inf", "-Inf", "NaN".
void append_number(std::string& out, double value);

/// The same for a bucket's bound, which is a label and must look alike everywhere: as Go writes it, and in OpenMetrics
/// never as a whole number ("1.0").
void append_bound(std::string& out, double value, PageFormat format);

}  // namespace cgroupd
