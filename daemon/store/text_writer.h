// Putting a text together of many short pieces.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace cgroupd {

/// Appends to `text`, in room that is made at once: while it lives nobody else may touch the text, and no more than
/// `most` bytes may be added.
class TextWriter {
 public:
  static constexpr std::size_t longest_number = 20;

  TextWriter(std::string& text, std::size_t most) : text_(text) {
    const std::size_t begin = text.size();
    text.resize(begin + most);
    at_ = text.data() + begin;
  }
  ~TextWriter() { text_.resize(static_cast<std::size_t>(at_ - text_.data())); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;
  TextWriter(TextWriter&&) = delete;
  TextWriter& operator=(TextWriter&&) = delete;

  void add(std::string_view piece) { at_ += piece.copy(at_, piece.size()); }
  void add(char piece) { *at_++ = piece; }
  void add_number(std::integral auto number) { at_ = std::to_chars(at_, at_ + longest_number, number).ptr; }

 private:
  std::string& text_;
  char* at_ = nullptr;
};

}  // namespace cgroupd
