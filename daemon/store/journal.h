// What is true until the next boot, noted in a few bytes: SQLite gets it later, much of it at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/result.h"
#include "store/own_file.h"
#include "store/texts.h"

namespace cgroupd {

/// A file of notes, one after the other. A note that is written survives the daemon's death, not the machine's.
class Journal {
 public:
  struct Note {
    std::uint64_t number = 0;  ///< larger than that of the note before
    Texts fields = {};
    friend bool operator==(const Note&, const Note&) = default;
  };

  /// Makes `file` if need be. Of what a daemon that died has left there, the note that it was cut short in the middle
  /// of is gone.
  static Result<Journal> open(std::string file);

  /// After an error the note is not there.
  Result<void> add(std::uint64_t number, const Texts& fields);
  /// In their order. (What the file should hold, whatever became of it meanwhile.)
  std::vector<Note> notes() const { return read(text_); }
  std::size_t size() const { return size_; }
  /// How many bytes they are.
  std::size_t length() const { return text_.size(); }

  /// What was added since the last call, for read(); it stays in the file all the same.
  std::string take();
  std::size_t untaken() const { return size_ - taken_; }
  /// The whole notes that `text` begins with.
  static std::vector<Note> read(std::string_view text);

  /// They are kept elsewhere now. After an error the file still has them.
  Result<void> clear();

 private:
  explicit Journal(OwnFile file) : file_(std::move(file)) {}

  OwnFile file_;
  std::string text_;      // of the file; its room is kept, so that a note needs none of its own
  std::size_t size_ = 0;  // how many notes that is
  std::size_t taken_ = 0;
  std::size_t taken_length_ = 0;
};

}  // namespace cgroupd
