// Both formats, appended to one buffer without temporary strings.
#include "metrics/page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

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

// The digits of a number of microseconds, as seconds: what most that is not whole is. Up to fifteen digits no two
// decimals are the same double, so that a decimal that reads back is the shortest one, and from a thousandth on it is
// shorter than one with an exponent.
char* put_microseconds(char* at, std::uint64_t microseconds) {
  constexpr std::uint64_t in_a_second = 1'000'000;
  constexpr std::uint64_t base = 10;
  at = std::to_chars(at, at + longest_number, microseconds / in_a_second).ptr;
  std::uint64_t rest = microseconds % in_a_second;
  *at++ = '.';
  for (std::uint64_t place = in_a_second / base; rest != 0; place /= base) {
    *at++ = static_cast<char>('0' + rest / place);
    rest %= place;
  }
  return at;
}

// Writes a number to where there is room for longest_number characters; answers where it ends.
char* put_number(char* at, double value) {
  constexpr double exact_below = 9007199254740992.0;  // 2^53: every whole number up to here is a double
  if (std::abs(value) < exact_below) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value) return std::to_chars(at, at + longest_number, whole).ptr;
  }
  constexpr double without_exponent = 0.001;
  constexpr double fifteen_digits = 1e9;
  constexpr double in_a_second = 1e6;
  if (value >= without_exponent && value < fifteen_digits) {
    constexpr double half = 0.5;
    const auto microseconds = static_cast<std::int64_t>(value * in_a_second + half);
    if (static_cast<double>(microseconds) / in_a_second == value)
      return put_microseconds(at, static_cast<std::uint64_t>(microseconds));
  }
  if (std::isnan(value)) return std::ranges::copy(std::string_view("NaN"), at).out;
  if (std::isinf(value)) return std::ranges::copy(std::string_view(value > 0 ? "+Inf" : "-Inf"), at).out;
  return std::to_chars(at, at + longest_number, value).ptr;
}

// What is copied here is short, so that a call of memcpy would cost more than the copying.
char* put_short(char* at, std::string_view text) {
  constexpr std::size_t block = 16;
  const std::size_t size = text.size();
  if (size < block) {
    for (const char c : text) *at++ = c;
    return at;
  }
  for (std::size_t done = 0; done + block <= size; done += block) std::memcpy(at + done, text.data() + done, block);
  std::memcpy(at + size - block, text.data() + size - block, block);  // over what is there already
  return at + size;
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

void Page::sample_of(std::string_view suffix, std::string_view labels, std::string_view more_labels, double value) {
  if (out_.size() > flush_above_) flush_(out_);
  const std::size_t before = out_.size();
  out_.resize(before + name_.size() + suffix.size() + labels.size() + more_labels.size() + besides_labels);
  char* at = out_.data() + before;
  const auto put = [&at](std::string_view text) { at = put_short(at, text); };
  put(name_);
  put(suffix);
  at = put_rest(at, labels, more_labels, value);
  out_.resize(static_cast<std::size_t>(at - out_.data()));
}

char* Page::put_rest(char* at, std::string_view labels, std::string_view more_labels, double value) {
  if (!labels.empty() || !more_labels.empty()) {
    *at++ = '{';
    at = put_short(at, labels);
    if (!labels.empty() && !more_labels.empty()) *at++ = ',';
    at = put_short(at, more_labels);
    *at++ = '}';
  }
  *at++ = ' ';
  at = put_number(at, value);
  *at++ = '\n';
  return at;
}

void Page::Samples::add(std::string_view labels, std::string_view more_labels, double value) {
  const std::size_t most = page_.name_.size() + labels.size() + more_labels.size() + besides_labels;
  if (most > gathered_.size() - size_) {
    put_down();
    if (most > gathered_.size()) return page_.sample(labels, more_labels, value);
  }
  char* const begin = gathered_.data() + size_;
  size_ += static_cast<std::size_t>(put_rest(put_short(begin, page_.name_), labels, more_labels, value) - begin);
}

void Page::Samples::put_down() {
  if (page_.out_.size() + size_ > page_.flush_above_) page_.flush_(page_.out_);
  page_.out_.append(gathered_.data(), size_);
  size_ = 0;
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
