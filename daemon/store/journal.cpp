// "NUMBER COUNT\n", COUNT times "LENGTH\n" and so many bytes, then "NUMBER.\n".
#include "store/journal.h"

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "store/text_writer.h"

namespace cgroupd {
namespace {

void append_note(std::string& text, std::uint64_t number, const Texts& fields) {
  constexpr std::size_t longest_end = 2;
  TextWriter note(text, (fields.size() + 3) * (TextWriter::longest_number + longest_end) + fields.length());
  note.add_number(number);
  note.add(' ');
  note.add_number(fields.size());
  note.add('\n');
  fields.each([&](std::string_view field) {
    note.add_number(field.size());
    note.add('\n');
    note.add(field);
  });
  note.add_number(number);
  note.add(".\n");
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
    note.fields.add(text.substr(0, *size));
    text.remove_prefix(*size);
  }
  return take_number(text, ".\n") == number ? std::optional(std::move(note)) : std::nullopt;
}

}  // namespace

Result<Journal> Journal::open(std::string file) {
  return OwnFile::open(std::move(file)).and_then([](OwnFile opened) {
    Journal journal(std::move(opened));
    return journal.file_.whole()
        .and_then([&](std::string text) {
          std::string_view rest = text;
          std::size_t whole = 0;
          while (take_note(rest)) {
            ++journal.size_;
            whole = text.size() - rest.size();
          }
          text.resize(whole);
          journal.text_ = std::move(text);
          return journal.file_.cut(whole);
        })
        .map([&] { return std::move(journal); });
  });
}

Result<void> Journal::add(std::uint64_t number, const Texts& fields) {
  const std::size_t before = text_.size();
  append_note(text_, number, fields);
  auto done = file_.put(std::string_view(text_).substr(before), before);
  if (done) {
    ++size_;
  } else {
    text_.resize(before);
    [[maybe_unused]] const auto ignored = file_.cut(before);  // what has no end counts for nothing anyway
  }
  return done;
}

std::string Journal::take() {
  std::string untaken = text_.substr(taken_length_);
  taken_ = size_;
  taken_length_ = text_.size();
  return untaken;
}

std::vector<Journal::Note> Journal::read(std::string_view text) {
  std::vector<Note> notes;
  while (true) {
    auto note = take_note(text);
    if (!note) return notes;
    notes.push_back(*std::move(note));
  }
}

Result<void> Journal::clear() {
  constexpr std::size_t most_room_kept = std::size_t{64} << 10U;
  text_.clear();
  if (text_.capacity() > most_room_kept) text_.shrink_to_fit();
  size_ = taken_ = taken_length_ = 0;
  return file_.cut(0);
}

}  // namespace cgroupd
