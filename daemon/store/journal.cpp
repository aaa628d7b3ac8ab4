// "NUMBER COUNT\n", COUNT times "LENGTH\n" and so many bytes, then "NUMBER.\n".
#include "store/journal.h"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace cgroupd {
namespace {

void append_number(std::string& text, std::uint64_t number, std::string_view end) {
  std::array<char, 20> digits{};
  const auto [last, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  text.append(digits.data(), last).append(end);
}

std::string print(std::uint64_t number, const std::vector<std::string>& fields) {
  std::string text;
  constexpr std::size_t usual = 512;
  text.reserve(usual);
  append_number(text, number, " ");
  append_number(text, fields.size(), "\n");
  for (const auto& field : fields) {
    append_number(text, field.size(), "\n");
    text += field;
  }
  append_number(text, number, ".\n");
  return text;
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
