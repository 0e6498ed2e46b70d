#include "agent/store/sqlite.hpp"

namespace mcpctl::sqlite {
namespace {

[[noreturn]] void raise(sqlite3* connection) {
    if (connection == nullptr) {
        throw Failure(SQLITE_NOMEM, "out of memory");
    }
    throw Failure(sqlite3_extended_errcode(connection), sqlite3_errmsg(connection));
}

}  // namespace

bool Failure::is_disk() const {
    return primary() == SQLITE_FULL || primary() == SQLITE_IOERR || primary() == SQLITE_READONLY ||
           primary() == SQLITE_CANTOPEN;
}

Connection::Connection(const std::filesystem::path& file) {
    sqlite3* handle = nullptr;
    // One thread at a time uses the connection, so SQLite need not lock inside.
    const int code = sqlite3_open_v2(file.c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) {
        raise(handle);
    }
    sqlite3_extended_result_codes(handle, 1);
}

void Connection::execute(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        raise(handle_.get());
    }
}

std::int64_t Connection::query_integer(const char* sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection.get()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(connection_, sql.data(), int(sql.size()), 0, &statement, nullptr);
    statement_.reset(statement);
    check(code);
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) {
        raise(connection_);
    }
}

Statement& Statement::bind(int position, std::string_view text) {
    check(sqlite3_bind_text64(statement_.get(), position, text.data() == nullptr ? "" : text.data(), text.size(),
                              SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(int position, std::int64_t number) {
    check(sqlite3_bind_int64(statement_.get(), position, number));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        const Failure failure(sqlite3_extended_errcode(connection_), sqlite3_errmsg(connection_));
        sqlite3_reset(statement_.get());
        throw failure;
    }
    return code == SQLITE_ROW;
}

void Statement::run() {
    while (step()) {
    }
    check(sqlite3_reset(statement_.get()));
    check(sqlite3_clear_bindings(statement_.get()));
}

std::string_view Statement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return bytes == nullptr ? std::string_view()
                            : std::string_view(bytes, std::size_t(sqlite3_column_bytes(statement_.get(), column)));
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection), kind_(kind) {
    connection_.execute(kind_ == Kind::whole ? "BEGIN IMMEDIATE" : "SAVEPOINT batch");
}

Transaction::~Transaction() {
    // SQLite itself may have rolled back the whole transaction already: a full disk and I/O errors do that.
    if (open_ && connection_.in_transaction()) {
        const char* undo = kind_ == Kind::whole ? "ROLLBACK" : "ROLLBACK TO batch; RELEASE batch";
        (void)sqlite3_exec(connection_.get(), undo, nullptr, nullptr, nullptr);
    }
}

void Transaction::commit() {
    connection_.execute(kind_ == Kind::whole ? "COMMIT" : "RELEASE batch");
    open_ = false;
}

}  // namespace mcpctl::sqlite
