// Rows and values.
#include "store/store.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rows.h"

namespace cgroupd {
namespace {

constexpr std::int64_t schema_version = 1;
constexpr const char* schema = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cgroup(name TEXT PRIMARY KEY, desired TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entry(
  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, cause TEXT NOT NULL, undoes INTEGER, uid INTEGER, pid INTEGER,
  unit TEXT NOT NULL, command TEXT NOT NULL, changes TEXT NOT NULL);
)";

Result<void> make_directory(const std::string& directory) {
  for (std::size_t slash = directory.find('/', 1);; slash = directory.find('/', slash + 1)) {
    const std::string part = directory.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) < 0 && errno != EEXIST && errno != EROFS && errno != EACCES) {
      return fail(ErrorCode::failed, "cannot make " + part + ": " + std::strerror(errno), "make it, or say --state DIR",
                  errno);
    }
    if (slash == std::string::npos) break;
  }
  if (::access(directory.c_str(), W_OK | X_OK) == 0) return {};
  return fail(ErrorCode::failed, "cannot write to the state directory " + directory + ": " + std::strerror(errno),
              "mend its owner and mode, or say --state DIR", errno);
}

HistoryEntry read_entry(const Query& row) {
  HistoryEntry entry{.id = static_cast<std::uint64_t>(row.number(0)),
                     .time = std::chrono::microseconds(row.number(1)),
                     .who = {.uid = {}, .pid = {}, .unit = row.text(6), .command = row.text(7)},
                     .cause = find_cause(row.text(2)).value_or(Cause::user)};
  if (const auto undoes = row.optional_number(3)) entry.undoes = static_cast<std::uint64_t>(*undoes);
  if (const auto uid = row.optional_number(4)) entry.who.uid = static_cast<std::uint32_t>(*uid);
  if (const auto pid = row.optional_number(5)) entry.who.pid = static_cast<std::int32_t>(*pid);
  parse_changes(row.text(8), entry);
  return entry;
}

bool touches(const HistoryEntry& entry, const CgroupPath& cgroup) {
  const auto has = [&](const std::vector<CgroupPath>& all) { return std::ranges::find(all, cgroup) != all.end(); };
  return has(entry.made) || has(entry.removed) ||
         std::ranges::find(entry.changes, cgroup, &HistoryChange::cgroup) != entry.changes.end() ||
         std::ranges::find(entry.skipped, cgroup, &SkippedLimit::cgroup) != entry.skipped.end();
}

// What is beyond the bounds, but never the newest; answers how many bytes that were.
Result<std::int64_t> forget_oldest(Database& database, std::uint64_t newest, std::int64_t bytes) {
  std::int64_t forgotten = 0;
  while (newest > Store::most_entries || bytes - forgotten > Store::most_bytes) {
    auto oldest = database.query("SELECT id, length(CAST(changes AS BLOB)) FROM entry ORDER BY id LIMIT 1");
    if (!oldest) return fail(oldest.error());
    const auto row = oldest->next();
    if (!row) return fail(row.error());
    if (!*row) break;
    const auto id = static_cast<std::uint64_t>(oldest->number(0));
    const bool is_too_old = newest > Store::most_entries && id <= newest - Store::most_entries;
    if (id == newest || (!is_too_old && bytes - forgotten <= Store::most_bytes)) break;
    forgotten += oldest->number(1);
    const auto gone = database.query("DELETE FROM entry WHERE id = ?").and_then([&](Query query) {
      return query.bind(static_cast<std::int64_t>(id)).run();
    });
    if (!gone) return fail(gone.error());
  }
  return forgotten;
}

// (SQLite makes numbers of text where a column is of numbers.)
Result<std::int64_t> put_entry(Database& database, const Rows& rows, std::int64_t history_bytes) {
  auto done = database.query("INSERT INTO entry VALUES(?, ?, ?, nullif(?, ''), nullif(?, ''), nullif(?, ''), ?, ?, ?)")
                  .and_then([&](Query query) {
                    for (std::size_t column = 1; column < first_cgroup; ++column) query.bind(rows[column]);
                    return query.run();
                  });
  if (!done) return fail(done.error());
  const auto grown = static_cast<std::int64_t>(rows[first_cgroup - 1].size());
  std::uint64_t id = 0;
  std::from_chars(rows[1].data(), rows[1].data() + rows[1].size(), id);
  return forget_oldest(database, id, history_bytes + grown).map([&](std::int64_t forgotten) {
    return grown - forgotten;
  });
}

// Within a transaction; answers by how many bytes the history grew.
Result<std::int64_t> put_rows(Database& database, const Rows& rows, std::int64_t history_bytes) {
  for (std::size_t i = first_cgroup; i < rows.size(); i += 2) {
    const auto name = rows[i];
    const auto desired = rows[i + 1];
    const auto put = desired.empty()
                         ? database.query("DELETE FROM cgroup WHERE name = ?").and_then([&](Query query) {
                             return query.bind(name).run();
                           })
                         : database.query("INSERT OR REPLACE INTO cgroup VALUES(?, ?)").and_then([&](Query query) {
                             return query.bind(name).bind(desired).run();
                           });
    if (!put) return fail(put.error());
  }
  if (const auto forgotten = rows[0]; !forgotten.empty()) {
    const auto gone = database.query("DELETE FROM entry WHERE id = ?").and_then([&](Query query) {
      return query.bind(forgotten).run();
    });
    if (!gone) return fail(gone.error());
  }
  return rows[1].empty() ? Result<std::int64_t>(0) : put_entry(database, rows, history_bytes);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& directory, std::string boot_id) {
  if (auto ok = make_directory(directory); !ok) return fail(ok.error());
  std::unique_ptr<Store> store(new Store(directory, std::move(boot_id)));
  if (auto ok = store->lock(); !ok) return fail(ok.error());
  const std::string file = directory + "/state.db";
  auto database = Database::open(file);
  if (!database) return fail(database.error());
  store->database_ = *std::move(database);
  if (auto ok = store->prepare().and_then([&] { return store->open_journal(); }); !ok) return fail(ok.error());
  // Nobody should wait for one that waits for a stranger's lock: what it cannot put is put later.
  constexpr std::chrono::milliseconds others_patience(100);
  auto others = Database::open(file, others_patience);
  if (!others) return fail(others.error());
  store->others_database_ = *std::move(others);
  const std::string log = file + "-wal";
  store->log_ = ::open(log.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (store->log_ < 0) return fail(ErrorCode::failed, "cannot open " + log + ": " + std::strerror(errno), {}, errno);
  return store;
}

Store::~Store() {
  if (journal_) [[maybe_unused]]
    const auto ignored = flush();  // what cannot be put is in the journal for the next one
  // Connections first: the last one to go removes the log.
  others_database_.reset();
  database_.reset();
  if (log_ >= 0) ::close(log_);
  if (lock_ >= 0) ::close(lock_);
}

Result<void> Store::lock() {
  const std::string file = directory_ + "/lock";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_ < 0) return fail(ErrorCode::failed, "cannot open " + file + ": " + std::strerror(errno), {}, errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  return fail(ErrorCode::busy, "another cgroupd uses the state in " + directory_,
              "stop it, or give this one a directory of its own: --state DIR", errno);
}

Result<void> Store::prepare() {
  const auto one = [this](const char* sql) {
    return database_->query(sql).and_then(
        [](Query query) { return query.next().map([&](bool row) { return row ? query.text(0) : std::string(); }); });
  };
  const auto sound = one("PRAGMA quick_check(1)");
  if (!sound || *sound != "ok") {
    return fail(ErrorCode::failed,
                database_->file() + " is damaged: " + (sound ? *sound : sound.error().message) +
                    "; no limit in force was touched",
                "restore it from a backup, or move it away to begin without what was stated");
  }
  const auto version = one("PRAGMA user_version");
  if (!version) return fail(version.error());
  if (*version == "0") {
    auto made = database_->transaction(
        [this] { return database_->run(schema).and_then([this] { return database_->run("PRAGMA user_version=1"); }); });
    if (!made) return made;
  } else if (*version != std::to_string(schema_version)) {
    return fail(ErrorCode::unsupported, database_->file() + " was written by a newer cgroupd (schema " + *version + ")",
                "install that version, or move the file away");
  }
  const auto bytes = one("SELECT ifnull(sum(length(CAST(changes AS BLOB))), 0) FROM entry");
  if (!bytes) return fail(bytes.error());
  history_bytes_ = std::stoll(*bytes);
  const auto note = one("SELECT value FROM meta WHERE key = 'note'");
  if (!note) return fail(note.error());
  if (!note->empty()) last_note_ = std::stoull(*note);
  return {};
}

// What a daemon that died had noted, unless the database has it already.
Result<void> Store::open_journal() {
  auto journal = Journal::open(directory_ + "/state.journal");
  if (!journal) return fail(journal.error());
  journal_ = std::make_unique<Journal>(*std::move(journal));
  next_note_ = last_note_ + 1;
  for (const auto& note : journal_->notes()) next_note_ = std::max(next_note_, note.number + 1);
  if (auto ok = flush(); !ok) return ok;
  auto last = database_->query("SELECT ifnull(max(id), 0) FROM entry");
  if (!last) return fail(last.error());
  return last->next().map([&](bool /*row*/) { next_entry_ = static_cast<std::uint64_t>(last->number(0)) + 1; });
}

Result<DesiredState> Store::load(const Moment& now) {
  DesiredState state;
  auto rows = database_->query("SELECT name, desired FROM cgroup");
  if (!rows) return fail(rows.error());
  for (auto row = rows->next(); !row || *row; row = rows->next()) {
    if (!row) return fail(row.error());
    const auto name = CgroupPath::parse(rows->text(0));
    if (!name) continue;
    DesiredCgroup desired = parse_desired(rows->text(1), now, boot_id_);
    if (!desired.empty()) state.emplace(*name, std::move(desired));
  }
  return state;
}

Result<void> Store::commit(const Record& record, const Moment& now) {
  Rows rows = rows_of(record, now, boot_id_);
  if (record.durable) return flush(&rows);
  // Nobody should wait for that here. But the journal must end somewhere: best where the other thread has just put the
  // rest, so that little is left to do.
  constexpr std::size_t many = 4 * notes_a_put;
  constexpr std::size_t few = notes_a_put / 8;
  constexpr std::size_t most_length = std::size_t{1} << 20U;
  const auto left = unput();
  if (left >= many || journal_->length() >= most_length || (journal_->size() >= many && left <= few)) {
    if (auto ok = flush(); !ok) return ok;
  }
  return journal_->add(next_note_, rows).map([this] { ++next_note_; });
}

Result<void> Store::put(std::string_view noted) {
  const auto notes = Journal::read(noted);
  // Where those before it could not be put, the database would never take them any more: commit() brings them all.
  if (!notes.empty() && notes.front().number > last_note_ + 1) return {};
  return put_all(*others_database_, notes, nullptr);
}

Result<void> Store::flush(const Rows* more) {
  if (journal_->size() == 0 && more == nullptr) return {};
  const auto notes = unput() == 0 ? std::vector<Journal::Note>() : journal_->notes();
  if (auto ok = put_all(*database_, notes, more); !ok) return ok;
  // A journal that stays is no harm: its notes have numbers that the database knows.
  if (journal_->size() != 0) [[maybe_unused]]
    const auto ignored = journal_->clear();
  return {};
}

Result<void> Store::put_all(Database& database, const std::vector<Journal::Note>& notes, const Rows* more) {
  const std::lock_guard lock(writing_);
  const bool is_news = std::ranges::any_of(notes, [this](const auto& note) { return note.number > last_note_; });
  if (!is_news && more == nullptr) return {};
  ++commits_;
  std::int64_t bytes = history_bytes_;
  std::uint64_t last = last_note_;
  const auto add = [&](const Rows& rows) {
    return put_rows(database, rows, bytes).map([&](std::int64_t grown) { bytes += grown; });
  };
  auto done = database.transaction([&]() -> Result<void> {
    for (const auto& note : notes) {
      if (note.number <= last) continue;
      last = note.number;
      if (!are_rows(note.fields)) continue;
      if (auto ok = add(note.fields); !ok) return ok;
    }
    if (is_news) {
      auto ok = database.query("INSERT OR REPLACE INTO meta VALUES('note', ?)").and_then([&](Query query) {
        return query.bind(std::to_string(last)).run();
      });
      if (!ok) return ok;
    }
    return more == nullptr ? Result<void>() : add(*more);
  });
  if (!done) return done;
  history_bytes_ = bytes;
  last_note_ = last;
  return {};
}

Result<void> Store::sync() {
  if (::fdatasync(log_) < 0) {
    return fail(ErrorCode::failed, "cannot write " + directory_ + "/state.db-wal to the disk: " + std::strerror(errno),
                "make room on that disk, or mend it", errno);
  }
  // The log would grow for ever; moving it into the file is work for this thread, which nobody waits for.
  if (!wants_sync()) return {};
  commits_ = 0;
  [[maybe_unused]] const auto ignored = others_database_->checkpoint();  // what is in the log is safe there, too
  return {};
}

std::uint64_t Store::next_entry() {
  return next_entry_++;
}

// Newest first, as long as `wants_more` says so.
Result<void> Store::read_back(std::uint64_t before, const std::function<bool(HistoryEntry)>& wants_more) {
  if (auto ok = flush(); !ok) return ok;
  auto rows = database_->query("SELECT * FROM entry WHERE id < ? ORDER BY id DESC");
  if (!rows) return fail(rows.error());
  rows->bind(static_cast<std::int64_t>(before));
  for (auto row = rows->next(); !row || *row; row = rows->next()) {
    if (!row) return fail(row.error());
    if (!wants_more(read_entry(*rows))) break;
  }
  return {};
}

Result<std::vector<HistoryEntry>> Store::history(const HistoryQuery& query) {
  return history_page(query, most_entries).map([](HistoryPage page) { return std::move(page.entries); });
}

Result<HistoryPage> Store::history_page(const HistoryQuery& query, std::size_t most_looked_at) {
  HistoryPage page;
  if (query.most == 0) return page;
  std::size_t looked_at = 0;
  return read_back(query.before.value_or(next_entry_),
                   [&](HistoryEntry entry) {
                     page.older = entry.id;
                     if (!query.cgroup || touches(entry, *query.cgroup)) page.entries.push_back(std::move(entry));
                     return page.entries.size() < query.most && ++looked_at < most_looked_at;
                   })
      .map([&] {
        if (page.entries.size() >= query.most) page.older.reset();
        return std::move(page);
      });
}

Result<std::optional<HistoryEntry>> Store::entry(std::uint64_t id) {
  return history({.before = id + 1, .most = 1}).map([&](std::vector<HistoryEntry> found) {
    return found.empty() || found.front().id != id ? std::nullopt : std::optional(std::move(found.front()));
  });
}

Result<FormerCgroups> Store::former(std::uint64_t id, const Moment& now) {
  return flush()
      .and_then([&] { return database_->query("SELECT changes FROM entry WHERE id = ?"); })
      .and_then([&](Query query) {
        query.bind(static_cast<std::int64_t>(id));
        return query.next().map(
            [&](bool row) { return row ? parse_former(query.text(0), now, boot_id_) : FormerCgroups(); });
      });
}

Result<std::optional<Store::LaterChange>> Store::changed_after(const HistoryEntry& entry, const FormerCgroups& former) {
  std::set<std::pair<CgroupPath, const Limit*>> sought;
  const std::set<CgroupPath> made(entry.made.begin(), entry.made.end());
  const auto seek = [&](const CgroupPath& cgroup, const Limit* limit) {
    if (!made.contains(cgroup)) sought.emplace(cgroup, limit);
  };
  for (const auto& change : entry.changes) seek(change.cgroup, change.limit);
  for (const auto& skipped : entry.skipped) seek(skipped.cgroup, skipped.limit);
  for (const auto& [cgroup, was] : former) {
    for (const auto& [limit, statements] : was.desired.statements()) seek(cgroup, limit);
  }
  std::optional<LaterChange> found;
  return read_back(next_entry_,
                   [&](const HistoryEntry& later) {
                     if (later.id <= entry.id) return false;
                     const auto look_at = [&](const auto& one) {
                       if (sought.contains({one.cgroup, one.limit}))
                         found = LaterChange{.id = later.id, .cgroup = one.cgroup, .limit = one.limit};
                     };
                     for (const auto& change : later.changes) look_at(change);
                     for (const auto& skipped : later.skipped) look_at(skipped);
                     return !found;
                   })
      .map([&] { return found; });
}

Result<std::string> Store::last_tree() {
  return database_->query("SELECT value FROM meta WHERE key = 'tree'").and_then([](Query query) {
    return query.next().map([&](bool row) { return row ? query.text(0) : std::string(); });
  });
}

Result<void> Store::set_last_tree(const std::string& tree) {
  const std::lock_guard lock(writing_);
  return database_->transaction([&] {
    return database_->query("INSERT OR REPLACE INTO meta VALUES('tree', ?)").and_then([&](Query query) {
      return query.bind(tree).run();
    });
  });
}

}  // namespace cgroupd
