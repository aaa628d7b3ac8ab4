// What is true until the next boot, noted in a few bytes: SQLite gets it later, much of it at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/result.h"
#include "store/own_file.h"

namespace cgroupd {

/// A file of notes, one after the other. A note that is written survives the daemon's death, not the machine's.
class Journal {
 public:
  struct Note {
    std::uint64_t number = 0;  ///< larger than that of the note before
    std::vector<std::string> fields = {};
    friend bool operator==(const Note&, const Note&) = default;
  };

  /// Makes `file` if need be.
  static Result<Journal> open(std::string file);

  /// After an error the note is not there.
  Result<void> add(std::uint64_t number, const std::vector<std::string>& fields);
  /// Those of a daemon that died, in their order. What it was cut short in the middle of is left out.
  Result<std::vector<Note>> left_behind() const;
  /// They are kept elsewhere now.
  Result<void> clear();

 private:
  explicit Journal(OwnFile file) : file_(std::move(file)) {}

  OwnFile file_;
  std::size_t size_ = 0;
};

}  // namespace cgroupd
