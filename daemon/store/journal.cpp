// "NUMBER COUNT\n", COUNT times "LENGTH\n" and so many bytes, then "NUMBER.\n".
#include "store/journal.h"

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace cgroupd {
namespace {

constexpr std::size_t longest_number = 20;

// What is put together, in room that is made at once.
class Text {
 public:
  explicit Text(std::size_t most) : text_(most, '\0') {}

  Text& add(std::string_view piece) {
    end_ += piece.copy(text_.data() + end_, piece.size());
    return *this;
  }
  Text& add(std::uint64_t number) {
    char* const at = text_.data() + end_;
    end_ += static_cast<std::size_t>(std::to_chars(at, at + longest_number, number).ptr - at);
    return *this;
  }

  std::string take() {
    text_.resize(end_);
    return std::move(text_);
  }

 private:
  std::string text_;
  std::size_t end_ = 0;
};

std::string print(std::uint64_t number, const std::vector<std::string>& fields) {
  constexpr std::size_t longest_end = 2;
  std::size_t most = (fields.size() + 3) * (longest_number + longest_end);
  for (const auto& field : fields) most += field.size();
  Text text(most);
  text.add(number).add(" ").add(fields.size()).add("\n");
  for (const auto& field : fields) text.add(field.size()).add("\n").add(field);
  return text.add(number).add(".\n").take();
}

// A number and what ends it.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view end) {
  std::uint64_t number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  if (!text.starts_with(end)) return std::nullopt;
  text.remove_prefix(end.size());
  return number;
}

std::optional<Journal::Note> take_note(std::string_view& text) {
  const auto number = take_number(text, " ");
  const auto count = number ? take_number(text, "\n") : std::nullopt;
  if (!count) return std::nullopt;
  Journal::Note note{.number = *number};
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto size = take_number(text, "\n");
    if (!size || *size > text.size()) return std::nullopt;
    note.fields.emplace_back(text.substr(0, *size));
    text.remove_prefix(*size);
  }
  return take_number(text, ".\n") == number ? std::optional(std::move(note)) : std::nullopt;
}

}  // namespace

Result<Journal> Journal::open(std::string file) {
  return OwnFile::open(std::move(file)).map([](OwnFile opened) { return Journal(std::move(opened)); });
}

Result<void> Journal::add(std::uint64_t number, const std::vector<std::string>& fields) {
  const std::string text = print(number, fields);
  auto done = file_.put(text, size_);
  if (done) {
    size_ += text.size();
  } else {
    [[maybe_unused]] const auto ignored = file_.cut(size_);  // what has no end counts for nothing anyway
  }
  return done;
}

Result<std::vector<Journal::Note>> Journal::left_behind() const {
  return file_.whole().map([](const std::string& text) {
    std::vector<Note> notes;
    std::string_view rest = text;
    while (auto note = take_note(rest)) notes.push_back(*std::move(note));
    return notes;
  });
}

Result<void> Journal::clear() {
  size_ = 0;
  return file_.cut(0);
}

}  // namespace cgroupd
