// What is about to be written to the kernel, noted beforehand, so that a daemon that dies in the middle can take it
// back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/cgroup_path.h"
#include "model/limit_value.h"
#include "model/result.h"
#include "store/own_file.h"

namespace cgroupd {

/// One change under way, by the number of its history entry.
struct Intent {
  struct Undo {
    CgroupPath cgroup;
    const Limit* limit = nullptr;
    Value value;
    friend bool operator==(const Undo&, const Undo&) = default;
  };
  std::uint64_t id = 0;
  std::vector<Undo> undo = {};        ///< what puts the old state back, in this order
  std::vector<CgroupPath> made = {};  ///< cgroups that were not there before, top first
  std::vector<CgroupPath> removed =
      {};  ///< empty ones that are removed last, top first; `undo` holds their limits, too
  friend bool operator==(const Intent&, const Intent&) = default;
};

/// A directory with a small file for each change under way, which serves the next change afterwards. Nothing waits for
/// the disk: cgroups die with the machine.
class Intents {
 public:
  /// Makes `directory`/intents (0700).
  static Result<Intents> open(const std::string& directory, std::string boot_id);

  /// Before the first write. An error means that nothing may be written.
  Result<void> begin(const Intent& intent);
  /// After the change was recorded, or taken back.
  void end(std::uint64_t id);

  /// Those of a daemon that died, newest first; before the first begin(). What is of an earlier boot, or was cut short
  /// before any write was made, is none.
  Result<std::vector<Intent>> left_behind();

 private:
  Intents(std::string directory, std::string boot_id)
      : directory_(std::move(directory)), boot_id_(std::move(boot_id)) {}
  struct Slot {
    OwnFile file;
    std::optional<std::uint64_t> id;  // of the change it holds
  };
  std::string file_of(std::size_t slot) const { return directory_ + "/" + std::to_string(slot); }
  Result<Slot*> free_slot();

  std::string directory_;
  std::string boot_id_;
  std::vector<Slot> slots_;
};

}  // namespace cgroupd
