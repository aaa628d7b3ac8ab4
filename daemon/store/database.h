// SQLite as this daemon needs it: statements that are prepared once, transactions that end one way or the other.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cgroupd {

/// A prepared statement, for one round of binding and stepping. Parameters are numbered from 1 in the order of bind().
class Query {
 public:
  explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;

  Query& bind(std::string_view text);
  Query& bind(std::int64_t number);
  Query& bind_null();
  template <typename T>
  Query& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  /// Goes to the next row; false after the last one.
  Result<bool> next();
  /// For statements that answer nothing.
  Result<void> run();

  /// Of the row next() went to, from 0.
  bool is_null(int column) const;
  std::string text(int column) const;
  std::int64_t number(int column) const;
  std::optional<std::int64_t> optional_number(int column) const;

 private:
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

/// One connection, for one thread. Every error names the file and what SQLite and the system say.
class Database {
 public:
  /// Opens or makes `file` (mode 0600) with a write-ahead log. Commits do not wait for the disk: see Store::sync().
  /// What somebody else has locked is waited for as long as `patience`.
  static Result<std::unique_ptr<Database>> open(std::string file,
                                                std::chrono::milliseconds patience = std::chrono::seconds(5));
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  Database(Database&&) = delete;
  Database& operator=(Database&&) = delete;

  /// Prepared at its first use and kept; `sql` must outlive the database (a literal).
  Result<Query> query(const char* sql);
  /// Several statements without parameters.
  Result<void> run(const char* sql);
  /// All of `work` is committed, or nothing when any of it fails.
  Result<void> transaction(const std::function<Result<void>()>& work);
  /// Moves the write-ahead log into the file, as far as nobody reads it.
  Result<void> checkpoint();

  const std::string& file() const { return file_; }

 private:
  explicit Database(std::string file) : file_(std::move(file)) {}
  Error error(std::string_view doing) const;

  std::string file_;
  sqlite3* connection_ = nullptr;
  std::map<const char*, sqlite3_stmt*> prepared_;
};

}  // namespace cgroupd
