// Escaping, padding and joining of text.
#include "client/text.h"

#include <algorithm>

namespace cgroupd::client {
namespace {

constexpr char escape = '\x1b';

// The length of the well-formed, printable UTF-8 sequence at the front; 0 when there is none.
std::size_t printable_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  // Overlong forms, surrogates, beyond U+10FFFF, and the C1 controls.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0) || (first == 0xf0 && byte(1) < 0x90) ||
      (first == 0xf4 && byte(1) >= 0x90) || (first == 0xc2 && byte(1) < 0xa0)) {
    return 0;
  }
  return length;
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::none:
      return "";
    case Colour::dim:
      return "2";
    case Colour::bold:
      return "1";
    case Colour::red:
      return "31";
    case Colour::yellow:
      return "33";
    case Colour::cyan:
      return "36";
  }
  return "";
}

}  // namespace

std::string escaped(std::string_view text, bool keep_newlines) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = keep_newlines && text.front() == '\n' ? 1 : printable_length(text);
    if (length > 0) {
      out += text.substr(0, length);
      text.remove_prefix(length);
      continue;
    }
    const auto byte = static_cast<unsigned char>(text.front());
    out += "\\x";
    out += digits[byte >> 4U];
    out += digits[byte & 0xfU];
    text.remove_prefix(1);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  bool in_colour = false;
  for (const char c : text) {
    if (c == escape) in_colour = true;
    const bool continues = (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
    if (!in_colour && !continues) ++width;
    if (in_colour && c == 'm') in_colour = false;
  }
  return width;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t now = width_of(text);
  if (now < width) text.append(width - now, ' ');
  return text;
}

std::string coloured(std::string text, Colour colour, bool enabled) {
  if (!enabled || colour == Colour::none || text.empty()) return text;
  std::string out = {escape, '['};
  out += code_of(colour);
  out += 'm';
  out += text;
  out += escape;
  return out + "[0m";
}

std::string columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += padded(row[i], widths[i] + 2);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string joined_with_and(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace cgroupd::client
