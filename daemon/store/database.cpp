// The few SQLite calls.
#include "store/database.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cgroupd {
namespace {

Error sqlite_error(sqlite3* connection, std::string_view doing, const std::string& file) {
  const int code = sqlite3_extended_errcode(connection);
  const int system = sqlite3_system_errno(connection);
  const bool full = (code & 0xff) == SQLITE_FULL || system == ENOSPC || system == EDQUOT;
  Error error{.code = full ? ErrorCode::limit_exceeded : ErrorCode::failed,
              .message = std::string(doing) + " " + file + ": " + sqlite3_errmsg(connection)};
  if (full) {
    error.errno_value = system == 0 ? ENOSPC : system;
    error.hint = "make room on the disk that holds it";
  }
  if (system != 0) error.message += std::string(" (") + std::strerror(system) + ")";
  return error;
}

}  // namespace

Query::Query(Query&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), bound_(std::exchange(other.bound_, 0)) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::string_view text) {
  sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}

Query& Query::bind(std::int64_t number) {
  sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

Query& Query::bind_null() {
  sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

Result<bool> Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* const connection = sqlite3_db_handle(statement_);
  const char* const file = sqlite3_db_filename(connection, "main");
  return fail(sqlite_error(connection, "cannot use", file == nullptr ? "" : file));
}

Result<void> Query::run() {
  return next().map([](bool /*row*/) {});
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string Query::text(int column) const {
  const unsigned char* const bytes = sqlite3_column_text(statement_, column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Query::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::optional<std::int64_t> Query::optional_number(int column) const {
  return is_null(column) ? std::nullopt : std::optional(number(column));
}

Result<std::unique_ptr<Database>> Database::open(std::string file, std::chrono::milliseconds patience) {
  // SQLite would make it with 0644 less the umask; others have no business in it. Its log inherits the mode.
  // One that is there is not even opened: to close it would take away the locks that another connection of ours has on
  // it (fcntl(2)), and whoever else then opens and closes the file would take the log from under us.
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const int why = made < 0 ? errno : 0;
  struct stat info {};
  const bool is_there = why == EEXIST && ::lstat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode);
  if (made >= 0) ::close(made);
  if (made < 0 && !is_there) {
    return fail(ErrorCode::failed, "cannot open " + file + ": " + std::strerror(why),
                "check the directory's owner and the room on its disk", why);
  }
  std::unique_ptr<Database> database(new Database(std::move(file)));
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  if (sqlite3_open_v2(database->file_.c_str(), &database->connection_, flags, nullptr) != SQLITE_OK)
    return fail(database->error("cannot open"));
  sqlite3_extended_result_codes(database->connection_, 1);
  sqlite3_busy_timeout(database->connection_, static_cast<int>(patience.count()));
  // A row is small, and a page of the log is summed up and written whole.
  if (auto ok = database->run(
          "PRAGMA page_size=1024; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;"
          "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-512");
      !ok)
    return fail(ok.error());
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(connection_);
}

Result<Query> Database::query(const char* sql) {
  sqlite3_stmt*& statement = prepared_[sql];
  if (statement == nullptr &&
      sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return fail(error("cannot use"));
  return Query(statement);
}

Result<void> Database::run(const char* sql) {
  if (sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error("cannot use"));
  return {};
}

Result<void> Database::transaction(const std::function<Result<void>()>& work) {
  const auto step = [this](const char* sql) {
    return query(sql).and_then([](Query statement) { return statement.run(); });
  };
  if (auto ok = step("BEGIN IMMEDIATE"); !ok) return ok;
  auto done = work();
  if (done) done = step("COMMIT");
  // After some errors (a full disk) SQLite has rolled back already; then this one has nothing to do.
  if (!done && sqlite3_get_autocommit(connection_) == 0) [[maybe_unused]]
    const auto ignored = step("ROLLBACK");
  return done;
}

Result<void> Database::checkpoint() {
  if (sqlite3_wal_checkpoint_v2(connection_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) != SQLITE_OK)
    return fail(error("cannot checkpoint"));
  return {};
}

Error Database::error(std::string_view doing) const {
  return sqlite_error(connection_, doing, file_);
}

}  // namespace cgroupd
