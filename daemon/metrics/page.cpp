// The text format, appended to one buffer without temporary strings.
#include "metrics/page.h"

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

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
  }
  return "untyped";
}

}  // namespace

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  constexpr double exact_below = 9007199254740992.0;  // 2^53: every whole number up to here is a double
  constexpr std::size_t longest = 32;
  std::array<char, longest> text;  // NOLINT(cppcoreguidelines-pro-type-member-init): to_chars fills what is used
  const bool whole = std::abs(value) < exact_below && value == std::trunc(value);
  const auto [end, error] =
      whole ? std::to_chars(text.data(), text.data() + text.size(), static_cast<std::int64_t>(value))
            : std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), end);
}

void append_label(std::string& labels, std::string_view name, std::string_view value) {
  if (!labels.empty()) labels += ',';
  labels += name;
  labels += "=\"";
  append_escaped(labels, value, true);
  labels += '"';
}

void Page::begin(const MetricFamily& family) {
  name_ = family.name;
  out_ += "# HELP ";
  out_ += name_;
  out_ += ' ';
  append_escaped(out_, family.help, false);
  out_ += "\n# TYPE ";
  out_ += name_;
  out_ += ' ';
  out_ += type_name(family.type);
  out_ += '\n';
}

void Page::sample(std::string_view labels, double value) {
  sample(labels, {}, value);
}

void Page::sample(std::string_view labels, std::string_view more_labels, double value) {
  out_ += name_;
  if (!labels.empty() || !more_labels.empty()) {
    out_ += '{';
    out_ += labels;
    if (!labels.empty() && !more_labels.empty()) out_ += ',';
    out_ += more_labels;
    out_ += '}';
  }
  out_ += ' ';
  append_number(out_, value);
  out_ += '\n';
}

void Page::single(const MetricFamily& family, double value) {
  begin(family);
  sample({}, value);
}

}  // namespace cgroupd
