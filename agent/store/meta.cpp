#include "agent/store/meta.hpp"

#include <format>

namespace mcpctl {
namespace {

std::int64_t checksum_of(std::string_view key, std::string_view value) {
    return checksum(std::format("{}={}", key, value));
}

}  // namespace

// FNV-1a, 64 bits: it is against accidents, not against those who could write the file.
std::int64_t checksum(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
        hash = (hash ^ std::uint8_t(c)) * 0x100000001b3;
    }
    return std::int64_t(hash);
}

std::string read_meta(sqlite::Connection& connection, std::string_view key) {
    sqlite::Statement statement(connection, "SELECT value, checksum FROM meta WHERE key = ?");
    statement.bind(1, key);
    if (!statement.step() || statement.integer(1) != checksum_of(key, statement.text(0))) {
        throw sqlite::Failure(SQLITE_CORRUPT, std::format("{} is missing or altered", key));
    }
    return std::string(statement.text(0));
}

void write_meta(sqlite::Connection& connection, std::string_view key, std::string_view value) {
    sqlite::Statement(connection, "INSERT OR REPLACE INTO meta VALUES (?, ?, ?)")
        .bind(1, key)
        .bind(2, value)
        .bind(3, checksum_of(key, value))
        .run();
}

}  // namespace mcpctl
