// Joining and splitting.
#include "store/lines.h"

#include <cstddef>

namespace cgroupd {
namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

void add_line(std::string& text, std::initializer_list<std::string_view> words) {
  for (const auto word : words) text.append(word).push_back('\t');
  text.back() = '\n';
}

std::vector<std::vector<std::string_view>> read_lines(std::string_view text) {
  std::vector<std::vector<std::string_view>> lines;
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) lines.push_back(split(line, '\t'));
  }
  return lines;
}

}  // namespace cgroupd
