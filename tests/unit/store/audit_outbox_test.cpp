// M12: records of the audit trail are stored with what they are about, and their numbers have no gaps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <format>

#include "agent/store/database.hpp"
#include "agent/store/migrations.hpp"
#include "agent/store/recovery.hpp"
#include "agent/store/sqlite_store.hpp"
#include "tests/unit/store/samples.hpp"

namespace mcpctl {
namespace {

using testing::ElementsAre;

AuditRecord record(const std::string& reason) {
    AuditRecord made = audit_of_definition(AuditAction::add_server, {1000, AuditVia::bus}, "s", "p");
    made.instance = "an id";
    made.name = "a name";
    made.job = 7;
    made.session = "00ff";
    made.reason = reason;
    return made;
}

class AuditOutbox : public testing::Test {
  protected:
    std::unique_ptr<Database> open() { return Database::open(directory_.path(), false).value(); }
    StoredState load() { return open()->load().value(); }
    std::vector<std::uint64_t> numbers() {
        std::vector<std::uint64_t> all;
        for (const AuditRecord& each : load().outbox) {
            all.push_back(each.seq);
        }
        return all;
    }

    samples::TemporaryDirectory directory_;
};

TEST_F(AuditOutbox, KeepsARecordAsItWas) {
    const std::vector<Changes> batches{{samples::server("s"), record("because")}};
    const auto database = open();
    EXPECT_TRUE(database->write(batches).front());
    const auto audited = database->take_audited();
    ASSERT_EQ(audited.size(), 1U);
    EXPECT_EQ(audited[0].seq, 1U);
    EXPECT_EQ(database->load()->outbox, audited);
    EXPECT_TRUE(database->take_audited().empty());
}

TEST_F(AuditOutbox, LeavesNoNumberOutWhereAChangeWasNotMade) {
    const auto database = open();
    const std::vector<Changes> batches{
        {record("1"), samples::instance("same")}, {record("not stored"), samples::instance("same")}, {record("2")}};
    const auto results = database->write(batches);
    EXPECT_FALSE(results[1]);
    const auto audited = database->take_audited();
    ASSERT_EQ(audited.size(), 2U);
    EXPECT_EQ(audited[0].reason, "1");
    EXPECT_EQ(audited[1].reason, "2");
    EXPECT_EQ(audited[1].seq, 2U);
}

TEST_F(AuditOutbox, GoesOnCountingInTheNextAgentAlthoughTheOutboxIsEmpty) {
    const std::vector<Changes> first{{record("1"), record("2")}, {AuditArrived{2}}};
    (void)open()->write(first);
    EXPECT_THAT(numbers(), ElementsAre());
    EXPECT_EQ(load().last_audit, 2U);
    const std::vector<Changes> second{{record("3")}};
    (void)open()->write(second);
    EXPECT_THAT(numbers(), ElementsAre(3));
}

TEST_F(AuditOutbox, IsMadeForADatabaseOfTheVersionBefore) {
    const auto file = directory_.file("store.db");
    samples::write_file(file, "");
    {
        sqlite::Connection connection(file);
        migrate(connection, file, migration_steps().first(1));
        EXPECT_EQ(schema_of(connection), 1);
    }
    EXPECT_THAT(numbers(), ElementsAre());
    const std::vector<Changes> batches{{record("1")}};
    (void)open()->write(batches);
    EXPECT_THAT(numbers(), ElementsAre(1));
    EXPECT_TRUE(directory_.holds_name_with("store.db.bak-v1"));
}

// Numbers that were given since the backup must not come again: whoever reads would take the later record for the
// earlier one.
TEST_F(AuditOutbox, SkipsNumbersAndSaysSoWhenTheStoreIsRestored) {
    const std::vector<Changes> before{{record("1")}};
    {
        const auto database = open();
        (void)database->write(before);
        database->back_up_when_changed();
        const std::vector<Changes> since{{record("2")}};
        (void)database->write(since);
    }
    samples::write_file(directory_.file("store.db"), "damaged");
    const StoredState state = load();
    ASSERT_EQ(state.outbox.size(), 2U);
    EXPECT_EQ(state.outbox[1].action, AuditAction::restore_store);
    EXPECT_GT(state.outbox[1].seq, 1'000'000U);
    EXPECT_EQ(state.last_audit, state.outbox[1].seq);
}

TEST_F(AuditOutbox, GivesNoNumberTwiceWhenTheSameBackupIsRestoredTwice) {
    {
        const auto database = open();
        const std::vector<Changes> before{{record("1")}};
        (void)database->write(before);
        database->back_up_when_changed();
    }
    std::uint64_t highest = 0;
    for (int i = 0; i < 3; ++i) {
        samples::write_file(directory_.file("store.db"), "damaged");
        const std::uint64_t first = load().outbox.back().seq;
        EXPECT_GT(first, highest);
        highest = first;
    }
}

TEST_F(AuditOutbox, GivesUpTheOldestWhenNothingArrivesForTooLong) {
    const auto database = open();
    Changes many;
    for (std::uint64_t i = 0; i < most_in_outbox + 1000; ++i) {
        many.emplace_back(record(""));
    }
    const std::vector<Changes> batches{std::move(many)};
    EXPECT_TRUE(database->write(batches).front());
    const StoredState state = database->load().value();
    EXPECT_GE(state.outbox.size(), most_in_outbox);
    EXPECT_LT(state.outbox.size(), most_in_outbox + 256);
    EXPECT_EQ(state.outbox.back().seq, most_in_outbox + 1000);
}

TEST_F(AuditOutbox, TellsTheLoopBeforeTheCommitReturns) {
    asio::io_context loop(1);
    const auto store =
        SqliteStore::open(loop.get_executor(), {.directory = directory_.path(), .durable = false}).value();
    std::vector<std::string> told;
    store->on_audited([&](std::vector<AuditRecord> records) {
        for (const AuditRecord& each : records) {
            told.push_back(std::format("record {}", each.seq));
        }
    });
    asio::co_spawn(
        loop,
        [&]() -> Task<void> {
            (void)co_await store->commit({record("1")});
            told.emplace_back("committed");
        },
        asio::detached);
    loop.run();
    EXPECT_THAT(told, ElementsAre("record 1", "committed"));
}

}  // namespace
}  // namespace mcpctl
