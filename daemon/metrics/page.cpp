// Both formats, appended to one buffer without temporary strings.
#include "metrics/page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace cgroupd {
namespace {

// HELP escapes backslash and newline, label values the quote too (exposition_formats.md): an unescaped newline takes
// the whole target down.
void append_escaped(std::string& out, std::string_view text, bool quotes_too) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quotes_too && c == '"')) out += '\\';
    out += c;
  }
}

constexpr std::size_t longest_number = 32;

// Writes a number to where there is room for longest_number characters; answers where it ends.
char* put_number(char* at, double value) {
  constexpr double exact_below = 9007199254740992.0;  // 2^53: every whole number up to here is a double
  if (std::isnan(value)) return std::ranges::copy(std::string_view("NaN"), at).out;
  if (std::isinf(value)) return std::ranges::copy(std::string_view(value > 0 ? "+Inf" : "-Inf"), at).out;
  const bool whole = std::abs(value) < exact_below && value == std::trunc(value);
  return whole ? std::to_chars(at, at + longest_number, static_cast<std::int64_t>(value)).ptr
               : std::to_chars(at, at + longest_number, value).ptr;
}

std::string_view type_name(MetricType type, PageFormat format) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::info:
      return format == PageFormat::open_metrics ? "info" : "gauge";
    case MetricType::histogram:
      return "histogram";
  }
  return "untyped";
}

// OpenMetrics names a family without the ending that its samples' type demands.
std::string_view family_name(const MetricFamily& family, PageFormat format) {
  constexpr std::string_view total = "_total";
  constexpr std::string_view info = "_info";
  std::string_view name = family.name;
  if (format == PageFormat::text) return name;
  if (family.type == MetricType::counter && name.ends_with(total)) name.remove_suffix(total.size());
  if (family.type == MetricType::info && name.ends_with(info)) name.remove_suffix(info.size());
  return name;
}

// The unit must be the end of the family's name (OpenMetrics 1.0, "Unit").
std::string_view unit_of(std::string_view name) {
  constexpr std::array<std::string_view, 3> units = {"seconds", "bytes", "cores"};
  for (const std::string_view unit : units) {
    if (name.size() > unit.size() && name.ends_with(unit) && name[name.size() - unit.size() - 1] == '_') return unit;
  }
  return {};
}

}  // namespace

void append_number(std::string& out, double value) {
  std::array<char, longest_number> text;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled as far as it is used
  out.append(text.data(), put_number(text.data(), value));
}

void append_bound(std::string& out, double value, PageFormat format) {
  if (std::isinf(value)) return append_number(out, value);
  std::array<char, longest_number> text;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled as far as it is used
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general);
  out.append(text.data(), end);
  if (format == PageFormat::open_metrics && value == std::trunc(value)) out += ".0";
}

void append_label(std::string& labels, std::string_view name, std::string_view value) {
  if (!labels.empty()) labels += ',';
  labels += name;
  labels += "=\"";
  append_escaped(labels, value, true);
  labels += '"';
}

std::string_view Page::content_type(PageFormat format) {
  return format == PageFormat::open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                            : "text/plain; version=0.0.4; charset=utf-8";
}

void Page::begin(const MetricFamily& family) {
  if (out_.size() > flush_above_) flush_(out_);
  name_ = family.name;
  const bool open_metrics = format_ == PageFormat::open_metrics;
  const std::string_view shown = family_name(family, format_);
  const auto line = [this, shown](std::string_view what) {
    out_ += what;
    out_ += shown;
    out_ += ' ';
  };
  line("# HELP ");
  append_escaped(out_, family.help, open_metrics);
  out_ += '\n';
  line("# TYPE ");
  out_ += type_name(family.type, format_);
  out_ += '\n';
  const std::string_view unit = open_metrics && family.type != MetricType::info ? unit_of(shown) : std::string_view();
  if (unit.empty()) return;
  line("# UNIT ");
  out_ += unit;
  out_ += '\n';
}

// The bulk of a page is made here, so the line is measured first and then written without a check at every piece.
void Page::sample_of(std::string_view suffix, std::string_view labels, std::string_view more_labels, double value) {
  if (out_.size() > flush_above_) flush_(out_);
  constexpr std::size_t punctuation_and_number = 40;
  const std::size_t before = out_.size();
  out_.resize(before + name_.size() + suffix.size() + labels.size() + more_labels.size() + punctuation_and_number);
  char* at = out_.data() + before;
  const auto put = [&at](std::string_view text) { at = std::copy_n(text.data(), text.size(), at); };
  put(name_);
  put(suffix);
  if (!labels.empty() || !more_labels.empty()) {
    *at++ = '{';
    put(labels);
    if (!labels.empty() && !more_labels.empty()) *at++ = ',';
    put(more_labels);
    *at++ = '}';
  }
  *at++ = ' ';
  at = put_number(at, value);
  *at++ = '\n';
  out_.resize(static_cast<std::size_t>(at - out_.data()));
}

void Page::exemplar(std::string_view labels, double value, double unix_seconds) {
  if (format_ != PageFormat::open_metrics || out_.empty()) return;
  out_.back() = ' ';  // the sample's line goes on
  out_ += "# {";
  out_ += labels;
  out_ += "} ";
  append_number(out_, value);
  out_ += ' ';
  append_number(out_, unix_seconds);
  out_ += '\n';
}

void Page::single(const MetricFamily& family, double value) {
  begin(family);
  sample({}, value);
}

void Page::finish() {
  if (format_ == PageFormat::open_metrics) out_ += "# EOF\n";
  if (flush_ && !out_.empty()) flush_(out_);
}

}  // namespace cgroupd
