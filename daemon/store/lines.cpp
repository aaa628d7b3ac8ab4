// Joining and splitting.
#include "store/lines.h"

#include <cstddef>

#include "store/text_writer.h"

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
  std::size_t length = 0;
  for (const auto word : words) length += word.size() + 1;
  TextWriter line(text, length);
  for (const auto& word : words) {
    line.add(word);
    line.add(&word + 1 == words.end() ? '\n' : '\t');
  }
}

std::vector<std::vector<std::string_view>> read_lines(std::string_view text) {
  std::vector<std::vector<std::string_view>> lines;
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) lines.push_back(split(line, '\t'));
  }
  return lines;
}

}  // namespace cgroupd
