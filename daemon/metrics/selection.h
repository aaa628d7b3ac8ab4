// Which cgroups a page shows, and what becomes of the others: counted.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/cgroup_path.h"

namespace cgroupd {

struct TreeOptions {
  std::size_t max_cgroups = 4096;                    ///< more are counted as skipped, not read
  std::size_t max_depth = CgroupPath::max_depth;     ///< 1 is the children of the root; deeper ones are not looked for
  std::vector<std::string> include = {};             ///< globs (glob.h); empty: every cgroup
  std::vector<std::string> exclude = {};             ///< globs; stronger than include
  std::vector<std::string> hidden = {"supervisor"};  ///< children of the root that are nobody's business: not counted
  bool unmanaged = true;                             ///< also those the core does not know
};

/// Cgroups left out, by reason.
struct SkippedCgroups {
  std::size_t depth = 0;
  std::size_t excluded = 0;
  std::size_t limit = 0;
  std::size_t name = 0;
  std::size_t unmanaged = 0;
  std::size_t unreadable = 0;
};

/// One a page, shared by all that look for cgroups.
class Selection {
 public:
  explicit Selection(TreeOptions options) : options_(std::move(options)) {}

  /// A new page.
  void begin() {
    skipped_ = {};
    shown_ = 0;
  }
  const TreeOptions& options() const { return options_; }

  /// Whether one more may be read at all; if not, it is counted.
  bool has_room();
  /// Whether this one is shown; counted either way.
  bool takes(const CgroupPath& path, bool is_managed);

  /// One that is left out before it could be asked about.
  SkippedCgroups& skipped() { return skipped_; }
  const SkippedCgroups& skipped() const { return skipped_; }
  /// It could not be opened or read: `error` is an errno. That it is gone is no reason to count it.
  void unreadable(int error);

 private:
  TreeOptions options_;
  SkippedCgroups skipped_;
  std::size_t shown_ = 0;
};

}  // namespace cgroupd
