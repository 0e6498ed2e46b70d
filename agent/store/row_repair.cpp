#include "agent/store/row_repair.hpp"

#include <array>
#include <format>
#include <optional>
#include <string>
#include <vector>

#include "agent/store/meta.hpp"
#include "base/journal.hpp"
#include "base/message_ids.hpp"

namespace mcpctl {
namespace {

using sqlite::Connection;
using sqlite::Statement;

struct Table {
    const char* name;
    const char* key;
};

constexpr std::array tables{Table{"servers", "name"}, Table{"profiles", "name"}, Table{"instances", "id"}};

std::vector<std::string> altered_rows(Connection& connection, const Table& table) {
    std::vector<std::string> keys;
    Statement rows(connection, std::format("SELECT {}, record, checksum FROM {}", table.key, table.name));
    while (rows.step()) {
        if (checksum(rows.text(1)) != rows.integer(2)) {
            keys.emplace_back(rows.text(0));
        }
    }
    return keys;
}

std::optional<std::string> sound_record(Connection& backup, const Table& table, const std::string& key) {
    Statement row(backup, std::format("SELECT record, checksum FROM {} WHERE {} = ?", table.name, table.key));
    row.bind(1, key);
    if (!row.step() || checksum(row.text(0)) != row.integer(1)) {
        return std::nullopt;
    }
    return std::string(row.text(0));
}

void repair(Connection& connection, Connection& backup, const Table& table, const std::string& key) {
    const auto record = sound_record(backup, table, key);
    if (!record) {
        return;
    }
    Statement(connection, std::format("UPDATE {} SET record = ?, checksum = ? WHERE {} = ?", table.name, table.key))
        .bind(1, *record)
        .bind(2, checksum(*record))
        .bind(3, key)
        .run();
    const log::Field id{"MESSAGE_ID", message_id::store_restored};
    log::write(log::Priority::warning,
               std::format("{} in {} was altered and is restored from the store's backup", key, table.name), {&id, 1});
}

}  // namespace

void repair_rows(Connection& connection, const std::filesystem::path& backup) {
    try {
        std::optional<Connection> opened;
        for (const Table& table : tables) {
            for (const std::string& key : altered_rows(connection, table)) {
                repair(connection, opened ? *opened : opened.emplace(backup), table, key);
            }
        }
    } catch (const sqlite::Failure& failure) {
        log::warning(std::format("altered rows of the store stay as they are: {}", failure.what()));
    }
}

}  // namespace mcpctl
