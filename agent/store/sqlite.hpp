// One RAII class per notion of SQLite's C interface. Failures are exceptions inside this room only: Database and
// SqliteStore turn them into values.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mcpctl::sqlite {

class Failure : public std::runtime_error {
  public:
    Failure(int code, const std::string& message) : std::runtime_error(message), code_(code) {}

    // The file is not a database, or not a sound one.
    [[nodiscard]] bool is_damage() const { return primary() == SQLITE_CORRUPT || primary() == SQLITE_NOTADB; }
    // The disk is full or cannot be written: nothing is wrong with the change itself.
    [[nodiscard]] bool is_disk() const;
    // The statement does not fit the schema.
    [[nodiscard]] bool is_sql() const { return primary() == SQLITE_ERROR; }

  private:
    [[nodiscard]] int primary() const { return code_ & 0xff; }
    int code_;
};

class Connection {
  public:
    // Opens an existing file for reading and writing.
    explicit Connection(const std::filesystem::path& file);

    void execute(const char* sql);
    [[nodiscard]] std::int64_t query_integer(const char* sql);
    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
    [[nodiscard]] std::int64_t total_changes() const { return sqlite3_total_changes64(handle_.get()); }
    [[nodiscard]] sqlite3* get() const { return handle_.get(); }

  private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

class Statement {
  public:
    Statement(Connection& connection, std::string_view sql);

    // Positions count from 1, as in SQL. Text is not copied: it must live until the last step.
    Statement& bind(int position, std::string_view text);
    Statement& bind(int position, std::int64_t number);

    // True while there is a row.
    [[nodiscard]] bool step();
    // Runs a statement that gives no rows, and makes it ready to be bound and run again.
    void run();

    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    void check(int code) const;

    sqlite3* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Rolls back unless committed. A savepoint inside a transaction, or the transaction itself.
class Transaction {
  public:
    enum class Kind : std::uint8_t { whole, savepoint };
    Transaction(Connection& connection, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

  private:
    Connection& connection_;
    Kind kind_;
    bool open_ = true;
};

}  // namespace mcpctl::sqlite
