// Rows and values.
#include "store/store.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cgroupd {
namespace {

constexpr std::int64_t schema_version = 1;
constexpr const char* schema = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cgroup(name TEXT PRIMARY KEY, made_by TEXT, drift TEXT) WITHOUT ROWID;
CREATE TABLE statement(
  cgroup TEXT NOT NULL REFERENCES cgroup ON DELETE CASCADE, file TEXT NOT NULL, place INTEGER NOT NULL,
  origin TEXT NOT NULL, value TEXT, boot TEXT, ends_boot INTEGER, ends_wall INTEGER,
  PRIMARY KEY(cgroup, file, place)) WITHOUT ROWID;
CREATE TABLE entry(
  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, cause TEXT NOT NULL, undoes INTEGER, uid INTEGER, pid INTEGER,
  unit TEXT NOT NULL, command TEXT NOT NULL);
CREATE TABLE tree_change(
  entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE, cgroup TEXT NOT NULL, made INTEGER NOT NULL,
  PRIMARY KEY(entry, cgroup)) WITHOUT ROWID;
CREATE TABLE limit_change(
  entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE, cgroup TEXT NOT NULL, file TEXT NOT NULL,
  before TEXT NOT NULL, after TEXT NOT NULL, stated_before INTEGER NOT NULL,
  PRIMARY KEY(entry, cgroup, file)) WITHOUT ROWID;
CREATE INDEX limit_change_of ON limit_change(cgroup, file, entry);
CREATE INDEX tree_change_of ON tree_change(cgroup, entry);
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

// A row that a newer version wrote may speak of a limit that we do not know; it is left out.
std::optional<std::pair<const Limit*, Value>> read_value(const std::string& file, const std::string& text) {
  const Limit* const limit = find_limit(file);
  if (limit == nullptr) return std::nullopt;
  auto value = parse_value(*limit, text);
  if (!value) return std::nullopt;
  return std::pair(limit, *std::move(value));
}

std::int64_t to_row(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
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
  if (auto ok = store->prepare(); !ok) return fail(ok.error());
  auto checkpoints = Database::open(file);
  if (!checkpoints) return fail(checkpoints.error());
  store->checkpoints_ = *std::move(checkpoints);
  const std::string log = file + "-wal";
  store->log_ = ::open(log.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (store->log_ < 0) return fail(ErrorCode::failed, "cannot open " + log + ": " + std::strerror(errno), {}, errno);
  return store;
}

Store::~Store() {
  // Connections first: the last one to go removes the log.
  checkpoints_.reset();
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
  const auto last = one("SELECT ifnull(max(id), 0) FROM entry");
  if (!last) return fail(last.error());
  next_entry_ = std::stoull(*last) + 1;
  return {};
}

Result<DesiredState> Store::load(const Moment& now) {
  auto forgotten = database_->transaction([this] {
    return database_->query("DELETE FROM statement WHERE origin = 'runtime' AND boot IS NOT ?")
        .and_then([this](Query query) { return query.bind(boot_id_).run(); })
        .and_then([this] {
          return database_->run(
              "DELETE FROM cgroup WHERE made_by IS NULL AND drift IS NULL AND name NOT IN "
              "(SELECT cgroup FROM statement)");
        });
  });
  if (!forgotten) return fail(forgotten.error());

  DesiredState state;
  auto cgroups = database_->query("SELECT name, made_by, drift FROM cgroup");
  if (!cgroups) return fail(cgroups.error());
  for (auto row = cgroups->next(); !row || *row; row = cgroups->next()) {
    if (!row) return fail(row.error());
    auto name = CgroupPath::parse(cgroups->text(0));
    if (!name) continue;
    DesiredCgroup& desired = state[*name];
    if (const auto by = cgroups->optional_text(1)) desired.made_by = find_origin(*by);
    if (const auto drift = cgroups->optional_text(2)) {
      if (const auto policy = parse_drift_policy(*drift)) desired.drift = *policy;
    }
  }
  auto rows = database_->query(
      "SELECT cgroup, file, origin, value, boot, ends_boot, ends_wall FROM statement ORDER BY cgroup, file, place");
  if (!rows) return fail(rows.error());
  for (auto row = rows->next(); !row || *row; row = rows->next()) {
    if (!row) return fail(row.error());
    const auto name = CgroupPath::parse(rows->text(0));
    const Limit* const limit = find_limit(rows->text(1));
    const auto origin = find_origin(rows->text(2));
    if (!name || limit == nullptr || !origin) continue;
    Statement statement{.origin = *origin, .value = std::nullopt};
    if (const auto text = rows->optional_text(3)) {
      auto value = parse_value(*limit, *text);
      if (!value) continue;
      statement.value = *std::move(value);
    }
    if (const auto ends = rows->optional_number(5)) {
      const bool this_boot = rows->text(4) == boot_id_;
      statement.ends = this_boot ? std::chrono::microseconds(*ends)
                                 : now.boot + (std::chrono::microseconds(rows->number(6)) - now.wall);
    }
    state[*name].add_stored(*limit, std::move(statement));
  }
  return state;
}

Result<void> Store::commit(const Record& record, const Moment& now) {
  ++commits_;
  return database_->transaction([&]() -> Result<void> {
    for (const auto& [cgroup, desired] : record.cgroups) {
      // Its statements go with it.
      auto gone = database_->query("DELETE FROM cgroup WHERE name = ?").and_then([&](Query query) {
        return query.bind(cgroup.str()).run();
      });
      if (!gone) return gone;
      if (!desired || desired->empty()) continue;
      if (auto ok = put_cgroup(cgroup, *desired, now); !ok) return ok;
    }
    return record.entry ? put_entry(*record.entry) : Result<void>();
  });
}

Result<void> Store::put_cgroup(const CgroupPath& cgroup, const DesiredCgroup& desired, const Moment& now) {
  const auto name_of = [](auto of, auto name) {
    return of ? std::optional<std::string_view>(name(*of)) : std::nullopt;
  };
  auto done = database_->query("INSERT INTO cgroup VALUES(?, ?, ?)").and_then([&](Query query) {
    return query.bind(cgroup.str())
        .bind(name_of(desired.made_by, origin_name))
        .bind(name_of(desired.drift, drift_policy_name))
        .run();
  });
  if (!done) return done;
  for (const auto& [limit, statements] : desired.statements()) {
    std::int64_t place = 0;
    for (const auto& statement : statements) {
      auto query = database_->query("INSERT INTO statement VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
      if (!query) return fail(query.error());
      query->bind(cgroup.str()).bind(limit->file).bind(place++).bind(origin_name(statement.origin));
      query->bind(statement.value ? std::optional(print_value(*statement.value)) : std::nullopt).bind(boot_id_);
      if (statement.ends) {
        query->bind(statement.ends->count()).bind((now.wall + (*statement.ends - now.boot)).count());
      } else {
        query->bind_null().bind_null();
      }
      if (auto ok = query->run(); !ok) return ok;
    }
  }
  return {};
}

Result<void> Store::put_entry(const HistoryEntry& entry) {
  const auto number = [](auto of) {
    return of ? std::optional<std::int64_t>(static_cast<std::int64_t>(*of)) : std::nullopt;
  };
  auto done = database_->query("INSERT INTO entry VALUES(?, ?, ?, ?, ?, ?, ?, ?)").and_then([&](Query query) {
    return query.bind(to_row(entry.id))
        .bind(entry.time.count())
        .bind(cause_name(entry.cause))
        .bind(number(entry.undoes))
        .bind(number(entry.who.uid))
        .bind(number(entry.who.pid))
        .bind(entry.who.unit)
        .bind(entry.who.command)
        .run();
  });
  if (!done) return done;
  const auto put_tree_change = [&](const CgroupPath& cgroup, bool made) {
    return database_->query("INSERT OR REPLACE INTO tree_change VALUES(?, ?, ?)").and_then([&](Query query) {
      return query.bind(to_row(entry.id)).bind(cgroup.str()).bind(std::int64_t{made}).run();
    });
  };
  for (const auto& cgroup : entry.made)
    if (auto ok = put_tree_change(cgroup, true); !ok) return ok;
  for (const auto& cgroup : entry.removed)
    if (auto ok = put_tree_change(cgroup, false); !ok) return ok;
  for (const auto& change : entry.changes) {
    auto ok = database_->query("INSERT INTO limit_change VALUES(?, ?, ?, ?, ?, ?)").and_then([&](Query query) {
      return query.bind(to_row(entry.id))
          .bind(change.cgroup.str())
          .bind(change.limit->file)
          .bind(print_value(change.before))
          .bind(print_value(change.after))
          .bind(std::int64_t{change.stated_before})
          .run();
    });
    if (!ok) return ok;
  }
  if (entry.id <= most_entries) return {};
  return database_->query("DELETE FROM entry WHERE id <= ?").and_then([&](Query query) {
    return query.bind(to_row(entry.id - most_entries)).run();
  });
}

Result<void> Store::sync() {
  if (::fdatasync(log_) < 0) {
    return fail(ErrorCode::failed, "cannot write " + directory_ + "/state.db-wal to the disk: " + std::strerror(errno),
                "make room on that disk, or mend it", errno);
  }
  // The log would grow for ever; moving it into the file is work for this thread, which nobody waits for.
  if (!wants_sync()) return {};
  commits_ = 0;
  [[maybe_unused]] const auto ignored = checkpoints_->checkpoint();  // what is in the log is safe there, too
  return {};
}

std::uint64_t Store::next_entry() {
  return next_entry_++;
}

Result<std::vector<HistoryEntry>> Store::history(const HistoryQuery& query) {
  constexpr const char* sql = R"(
SELECT id, time, cause, undoes, uid, pid, unit, command FROM entry WHERE id < ?1 AND (?2 IS NULL OR id IN (
  SELECT entry FROM limit_change WHERE cgroup = ?2 UNION SELECT entry FROM tree_change WHERE cgroup = ?2))
ORDER BY id DESC LIMIT ?3)";
  auto rows = database_->query(sql);
  if (!rows) return fail(rows.error());
  const auto name = query.cgroup ? std::optional(query.cgroup->str()) : std::nullopt;
  rows->bind(to_row(query.before.value_or(next_entry_))).bind(name).bind(std::int64_t{query.most});
  std::vector<HistoryEntry> entries;
  for (auto row = rows->next(); !row || *row; row = rows->next()) {
    if (!row) return fail(row.error());
    auto entry = read_entry(*rows);
    if (!entry) return fail(entry.error());
    entries.push_back(*std::move(entry));
  }
  return entries;
}

Result<std::optional<HistoryEntry>> Store::entry(std::uint64_t id) {
  return history({.before = id + 1, .most = 1}).map([&](std::vector<HistoryEntry> found) {
    return found.empty() || found.front().id != id ? std::nullopt : std::optional(std::move(found.front()));
  });
}

Result<std::optional<std::uint64_t>> Store::changed_after(std::uint64_t id, const CgroupPath& cgroup,
                                                          const Limit& limit) {
  return database_->query("SELECT max(entry) FROM limit_change WHERE cgroup = ? AND file = ? AND entry > ?")
      .and_then([&](Query query) -> Result<std::optional<std::uint64_t>> {
        const auto row = query.bind(cgroup.str()).bind(limit.file).bind(to_row(id)).next();
        if (!row) return fail(row.error());
        const auto found = *row ? query.optional_number(0) : std::nullopt;
        return found ? std::optional(static_cast<std::uint64_t>(*found)) : std::nullopt;
      });
}

Result<HistoryEntry> Store::read_entry(const Query& row) {
  HistoryEntry entry{.id = static_cast<std::uint64_t>(row.number(0)),
                     .time = std::chrono::microseconds(row.number(1)),
                     .who = {.uid = {}, .pid = {}, .unit = row.text(6), .command = row.text(7)},
                     .cause = find_cause(row.text(2)).value_or(Cause::user)};
  if (const auto undoes = row.optional_number(3)) entry.undoes = static_cast<std::uint64_t>(*undoes);
  if (const auto uid = row.optional_number(4)) entry.who.uid = static_cast<std::uint32_t>(*uid);
  if (const auto pid = row.optional_number(5)) entry.who.pid = static_cast<std::int32_t>(*pid);
  auto trees = database_->query("SELECT cgroup, made FROM tree_change WHERE entry = ? ORDER BY cgroup");
  if (!trees) return fail(trees.error());
  trees->bind(to_row(entry.id));
  for (auto next = trees->next(); !next || *next; next = trees->next()) {
    if (!next) return fail(next.error());
    if (const auto cgroup = CgroupPath::parse(trees->text(0)))
      (trees->number(1) != 0 ? entry.made : entry.removed).push_back(*cgroup);
  }
  auto changes = database_->query(
      "SELECT cgroup, file, before, after, stated_before FROM limit_change WHERE entry = ? ORDER BY cgroup, file");
  if (!changes) return fail(changes.error());
  changes->bind(to_row(entry.id));
  for (auto next = changes->next(); !next || *next; next = changes->next()) {
    if (!next) return fail(next.error());
    const auto cgroup = CgroupPath::parse(changes->text(0));
    auto before = read_value(changes->text(1), changes->text(2));
    auto after = read_value(changes->text(1), changes->text(3));
    if (!cgroup || !before || !after) continue;
    entry.changes.push_back({.cgroup = *cgroup,
                             .limit = before->first,
                             .before = std::move(before->second),
                             .after = std::move(after->second),
                             .stated_before = changes->number(4) != 0});
  }
  return entry;
}

Result<std::string> Store::last_tree() {
  return database_->query("SELECT value FROM meta WHERE key = 'tree'").and_then([](Query query) {
    return query.next().map([&](bool row) { return row ? query.text(0) : std::string(); });
  });
}

Result<void> Store::set_last_tree(const std::string& tree) {
  return database_->transaction([&] {
    return database_->query("INSERT OR REPLACE INTO meta VALUES('tree', ?)").and_then([&](Query query) {
      return query.bind(tree).run();
    });
  });
}

}  // namespace cgroupd
