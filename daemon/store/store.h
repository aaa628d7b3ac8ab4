// What must outlive the daemon: desired state, leases and history.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/desired.h"
#include "model/history.h"
#include "model/moment.h"
#include "model/result.h"
#include "store/database.h"
#include "store/journal.h"
#include "store/rows.h"

namespace cgroupd {

/// A directory with state.db (SQLite, write-ahead log) and state.journal. A commit survives the daemon's death at once,
/// and the machine's, when it is durable, after sync(). What is not is noted in the journal first, and brought to the
/// database with others of its kind. All calls are for one thread, but sync() and put(), which are for one other.
class Store {
 public:
  /// How many changes are remembered; older ones go.
  static constexpr std::uint64_t most_entries = 10'000;
  /// How much text their changes may be, all together: one change may be of thousands of cgroups.
  static constexpr std::int64_t most_bytes = std::int64_t{16} << 20U;

  /// Makes the directory (0700) if need be. busy when another daemon uses it; failed when the file is damaged or of a
  /// newer version: then nothing is touched. `boot_id` is the kernel's (/proc/sys/kernel/random/boot_id).
  static Result<std::unique_ptr<Store>> open(const std::string& directory, std::string boot_id);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  Store(Store&&) = delete;
  Store& operator=(Store&&) = delete;

  /// Desired state. What --runtime stated in an earlier boot is gone; leases of an earlier boot end at the same time
  /// of day.
  Result<DesiredState> load(const Moment& now);

  /// Whatever was noted so far goes to the database with a durable record; otherwise by put(), or here when that does
  /// not come.
  Result<void> commit(const Record& record, const Moment& now);

  /// Whether so much was noted that it is time for a put() of take_noted().
  bool wants_put() const { return journal_->untaken() >= notes_a_put; }
  std::string take_noted() { return journal_->take(); }
  /// Brings to the database what was noted, unless that has happened meanwhile. After an error it is still noted; what
  /// was noted after it is then left to commit(), too, which keeps the order.
  Result<void> put(std::string_view noted);

  /// Waits until every commit so far is on the disk, and keeps the log from growing.
  Result<void> sync();
  /// Whether the log has grown so long that it is time for a sync(), durable commits or not.
  bool wants_sync() const { return commits_ >= commits_a_checkpoint; }

  /// A number no entry has had.
  std::uint64_t next_entry();
  Result<std::vector<HistoryEntry>> history(const HistoryQuery& query);
  /// The same, but looks at no more than so many entries.
  Result<HistoryPage> history_page(const HistoryQuery& query, std::size_t most_looked_at);
  /// Nothing when there is no such entry (any more).
  Result<std::optional<HistoryEntry>> entry(std::uint64_t id);
  /// What the entry does not tell, of what was before; empty when there is no such entry (any more).
  Result<FormerCgroups> former(std::uint64_t id, const Moment& now);
  struct LaterChange {
    std::uint64_t id = 0;
    CgroupPath cgroup;
    const Limit* limit = nullptr;
  };
  /// The newest entry later than `entry` that changed one of the same limits, or one of those that `former` tells of;
  /// cgroups that `entry` made do not count.
  Result<std::optional<LaterChange>> changed_after(const HistoryEntry& entry, const FormerCgroups& former);

  /// Which tree the state was last applied to ("BOOT_ID INODE"): a new one has lost its cgroups.
  Result<std::string> last_tree();
  Result<void> set_last_tree(const std::string& tree);

 private:
  Store(std::string directory, std::string boot_id) : directory_(std::move(directory)), boot_id_(std::move(boot_id)) {}
  Result<void> lock();
  Result<void> prepare();
  Result<void> open_journal();
  /// Brings what was noted, and `more`, to the database.
  Result<void> flush(const Rows* more = nullptr);
  /// In one transaction: those of the notes that the database has not got, and `more`.
  Result<void> put_all(Database& database, const std::vector<Journal::Note>& notes, const Rows* more);
  /// How many notes the database has not got.
  std::uint64_t unput() const { return next_note_ - 1 - last_note_; }
  Result<void> read_back(std::uint64_t before, const std::function<bool(HistoryEntry)>& wants_more);

  std::string directory_;
  std::string boot_id_;
  int lock_ = -1;
  int log_ = -1;  // state.db-wal, for sync()
  std::unique_ptr<Database> database_;
  std::unique_ptr<Database> others_database_;  // the other thread's connection
  std::unique_ptr<Journal> journal_;
  std::uint64_t next_note_ = 1;
  std::uint64_t next_entry_ = 1;

  std::mutex writing_;                        // to the database; the rest is what it guards
  std::atomic<std::uint64_t> last_note_ = 0;  // of those that the database has; may be read without
  std::int64_t history_bytes_ = 0;

  static constexpr std::size_t notes_a_put = 64;
  static constexpr std::uint64_t commits_a_checkpoint = 256;
  std::atomic<std::uint64_t> commits_ = 0;  // since the last checkpoint
};

}  // namespace cgroupd
