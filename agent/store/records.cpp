#include "agent/store/records.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <format>

#include "agent/json/definitions.hpp"
#include "agent/json/records.hpp"
#include "agent/store/meta.hpp"
#include "base/journal.hpp"

namespace mcpctl {
namespace {

using sqlite::Connection;
using sqlite::Statement;

// How often the outbox is looked at for being too long.
constexpr std::uint64_t records_between_looks = 256;
constexpr std::uint64_t numbers_skipped = 1'000'000;

std::uint64_t number_from(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

void put_named(Connection& connection, std::string_view sql, std::string_view name, const std::string& record) {
    Statement(connection, sql).bind(1, name).bind(2, record).bind(3, checksum(record)).run();
}

void remove_named(Connection& connection, std::string_view sql, std::string_view name) {
    Statement(connection, sql).bind(1, name).run();
}

void raise_to(Connection& connection, std::string_view key, std::uint64_t number) {
    if (number_from(read_meta(connection, key)) < number) {
        write_meta(connection, key, std::to_string(number));
    }
}

void skip(Connection& connection, std::string_view key) {
    write_meta(connection, key, std::to_string(number_from(read_meta(connection, key)) + numbers_skipped));
}

struct Apply {
    Connection& connection;

    void operator()(const ServerDefinition& server) const {
        put_named(connection, "INSERT OR REPLACE INTO servers VALUES (?, ?, ?)", server.name, to_json(server));
    }
    void operator()(const ProfileDefinition& profile) const {
        put_named(connection, "INSERT OR REPLACE INTO profiles VALUES (?, ?, ?)", profile.name, to_json(profile));
    }
    void operator()(const Instance& instance) const {
        // Not OR REPLACE: that would remove another instance that has the same name.
        constexpr std::string_view sql =
            "INSERT INTO instances VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
            "SET name = excluded.name, record = excluded.record, checksum = excluded.checksum";
        const std::string id = instance.id.text();
        const std::string record = to_json(instance);
        Statement(connection, sql).bind(1, id).bind(2, instance.name).bind(3, record).bind(4, checksum(record)).run();
    }
    void operator()(const Job& job) const {
        const std::string instance = job.instance.text();
        const std::string record = to_json(job);
        Statement(connection, "INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?)")
            .bind(1, std::int64_t(job.id))
            .bind(2, instance)
            .bind(3, std::int64_t(job.ended() ? 0 : 1))
            .bind(4, record)
            .bind(5, checksum(record))
            .run();
        raise_to(connection, "last_job", job.id);
    }
    void operator()(const Token& token) const {
        put_named(connection, "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)", token.name, to_json(token));
    }
    void operator()(const RemoveToken& token) const {
        remove_named(connection, "DELETE FROM tokens WHERE name = ?", token.name);
    }
    void operator()(const RemoveServer& server) const {
        remove_named(connection, "DELETE FROM servers WHERE name = ?", server.name);
    }
    void operator()(const RemoveProfile& profile) const {
        remove_named(connection, "DELETE FROM profiles WHERE name = ?", profile.name);
    }
    void operator()(const RemoveInstance& instance) const {
        remove_named(connection, "DELETE FROM instances WHERE id = ?", instance.id.text());
    }
    void operator()(const RemoveJob& job) const {
        Statement(connection, "DELETE FROM jobs WHERE id = ?").bind(1, std::int64_t(job.id)).run();
    }
    void operator()(const BootRestored& restored) const { write_meta(connection, "boot_id", restored.boot); }
    void operator()(const AuditRecord& record) const { (void)put_in_outbox(connection, record); }
    void operator()(const AuditArrived& arrived) const {
        Statement(connection, "DELETE FROM audit WHERE seq <= ?").bind(1, std::int64_t(arrived.seq)).run();
    }
};

template <class Record>
Result<Record> read_record(std::string_view text, std::int64_t expected, Result<Record> (*parse)(std::string_view)) {
    if (checksum(text) != expected) {
        return fail(ErrorCode::StorageFailed, "its checksum does not match");
    }
    return parse(text);
}

std::vector<AuditRecord> read_outbox(Connection& connection) {
    std::vector<AuditRecord> records;
    Statement rows(connection, "SELECT seq, record, checksum FROM audit ORDER BY seq");
    while (rows.step()) {
        auto record = read_record(rows.text(1), rows.integer(2), parse_audit_record);
        if (record) {
            record->seq = std::uint64_t(rows.integer(0));
            records.push_back(*std::move(record));
        } else {
            log::error(std::format("the stored audit record {} cannot be read and is lost: {}", rows.integer(0),
                                   record.error().reason));
        }
    }
    return records;
}

// Columns: key, record, checksum.
template <class Record>
std::vector<Record> read_rows(Connection& connection, std::string_view sql, std::string_view what,
                              Result<Record> (*parse)(std::string_view)) {
    std::vector<Record> records;
    Statement rows(connection, sql);
    while (rows.step()) {
        auto record = read_record(rows.text(1), rows.integer(2), parse);
        if (record) {
            records.push_back(*std::move(record));
        } else {
            log::error(std::format("the stored {} {} cannot be read and is left alone: {}", what, rows.text(0),
                                   record.error().reason));
        }
    }
    return records;
}

}  // namespace

void apply(Connection& connection, const Change& change) {
    std::visit(Apply{connection}, change);
}

AuditRecord put_in_outbox(Connection& connection, AuditRecord record) {
    record.seq = number_from(read_meta(connection, "last_audit")) + 1;
    const std::string text = to_json(record);
    Statement(connection, "INSERT INTO audit VALUES (?, ?, ?)")
        .bind(1, std::int64_t(record.seq))
        .bind(2, text)
        .bind(3, checksum(text))
        .run();
    if (record.seq % records_between_looks == 0) {
        // By count: a restored store has skipped numbers.
        Statement(connection,
                  "DELETE FROM audit WHERE seq <= (SELECT seq FROM audit ORDER BY seq DESC LIMIT 1 OFFSET ?)")
            .bind(1, std::int64_t(most_in_outbox))
            .run();
    }
    write_meta(connection, "last_audit", std::to_string(record.seq));
    return record;
}

bool only_removes(const Changes& changes) {
    const auto removes = [](const Change& change) {
        return std::holds_alternative<RemoveServer>(change) || std::holds_alternative<RemoveProfile>(change) ||
               std::holds_alternative<RemoveInstance>(change) || std::holds_alternative<RemoveJob>(change) ||
               std::holds_alternative<RemoveToken>(change) || std::holds_alternative<AuditArrived>(change);
    };
    return std::ranges::any_of(changes, removes) && std::ranges::all_of(changes, [&](const Change& change) {
               return removes(change) || std::holds_alternative<AuditRecord>(change);
           });
}

void note_restored(Connection& connection) {
    skip(connection, "last_job");
    skip(connection, "last_audit");
    // The same backup may be restored more than once: whoever reads the trail would take records with the numbers of
    // earlier ones for these. A number for each microsecond is more than anybody writes,
    // and JSON holds it exactly.
    raise_to(connection, "last_audit", wall_time_now());
    connection.execute("DELETE FROM tokens");
}

std::vector<JobId> forget_old_jobs(std::vector<Job>& jobs) {
    constexpr WallTime kept = std::chrono::microseconds(std::chrono::minutes(10)).count();
    const WallTime now = wall_time_now();
    std::vector<JobId> forgotten;
    std::erase_if(jobs, [&](const Job& job) {
        // A time far ahead is one from before the clock was set back.
        const bool old = job.ended() && (job.finished_at + kept < now || job.finished_at > now + kept);
        if (old) {
            forgotten.push_back(job.id);
        }
        return old;
    });
    return forgotten;
}

StoredState read_state(Connection& connection) {
    StoredState state;
    state.installation_id = read_meta(connection, "installation_id");
    state.boot = read_meta(connection, "boot_id");
    state.last_job = number_from(read_meta(connection, "last_job"));
    state.servers = read_rows<ServerDefinition>(connection, "SELECT name, record, checksum FROM servers ORDER BY name",
                                                "server", parse_server);
    state.profiles = read_rows<ProfileDefinition>(
        connection, "SELECT name, record, checksum FROM profiles ORDER BY name", "profile", parse_profile);
    state.instances = read_rows<Instance>(connection, "SELECT id, record, checksum FROM instances ORDER BY id",
                                          "instance", parse_instance);
    state.jobs = read_rows<Job>(connection, "SELECT id, record, checksum FROM jobs ORDER BY id", "job", parse_job);
    state.tokens =
        read_rows<Token>(connection, "SELECT name, record, checksum FROM tokens ORDER BY name", "token", parse_token);
    state.last_audit = number_from(read_meta(connection, "last_audit"));
    state.outbox = read_outbox(connection);
    return state;
}

}  // namespace mcpctl
