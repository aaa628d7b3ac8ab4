// Writes Prometheus' text format 0.0.4.
#pragma once

#include <string>
#include <string_view>

namespace cgroupd {

enum class MetricType { counter, gauge };

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
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  /// Appends to `out`, which must outlive the page.
  explicit Page(std::string& out) : out_(out) {}

  /// HELP and TYPE. Once a family; `family.name` must stay valid until the next begin().
  void begin(const MetricFamily& family);

  /// A sample of the family begun. `labels` is the inside of the braces, as append_label() makes it; an infinite value
  /// is written +Inf.
  void sample(std::string_view labels, double value);
  /// The same with labels in two pieces: what is common to a cgroup, and what is particular.
  void sample(std::string_view labels, std::string_view more_labels, double value);

  /// A family with one sample without labels.
  void single(const MetricFamily& family, double value);

 private:
  std::string& out_;
  std::string_view name_;
};

/// Adds `name="value"` to the inside of a label block, with a comma before it when there is something already.
void append_label(std::string& labels, std::string_view name, std::string_view value);

/// The shortest decimal text that reads back as the same double; whole numbers without exponent. "+Inf", "-Inf", "NaN".
void append_number(std::string& out, double value);

}  // namespace cgroupd
