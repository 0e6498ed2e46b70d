#include "agent/store/database.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <format>
#include <vector>

#include "agent/store/meta.hpp"
#include "agent/store/migrations.hpp"
#include "agent/store/sqlite.hpp"
#include "base/unique_fd.hpp"
#include "tests/unit/store/samples.hpp"

namespace mcpctl {
namespace {

class DatabaseTest : public testing::Test {
  protected:
    std::unique_ptr<Database> open() {
        auto database = Database::open(directory_.path(), false);
        EXPECT_TRUE(database) << database.error().reason;
        return database ? *std::move(database) : nullptr;
    }
    StoredState reload() {
        const auto state = open()->load();
        EXPECT_TRUE(state) << state.error().reason;
        return *state;
    }
    static Result<void> write(Database& database, Changes changes) {
        const std::vector<Changes> batches{std::move(changes)};
        return database.write(batches).front();
    }

    samples::TemporaryDirectory directory_;
};

TEST_F(DatabaseTest, IsEmptyWhenNewAndKeepsItsInstallationId) {
    const StoredState first = reload();
    EXPECT_EQ(first.installation_id.size(), 32U);
    EXPECT_EQ(first.installation_id.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(first.boot, "");
    EXPECT_EQ(first.last_job, 0U);
    EXPECT_TRUE(first.servers.empty() && first.profiles.empty() && first.instances.empty() && first.jobs.empty());

    EXPECT_EQ(reload().installation_id, first.installation_id);
}

TEST_F(DatabaseTest, KeepsTheBootThatWasRestored) {
    EXPECT_TRUE(write(*open(), {BootRestored{"boot-2"}}));
    EXPECT_EQ(reload().boot, "boot-2");
}

TEST_F(DatabaseTest, KeepsWhatWasPut) {
    const Instance instance = samples::instance("one");
    const Job job = samples::job(7);
    EXPECT_TRUE(write(*open(), {samples::server("s"), samples::profile("p"), instance, job}));

    const StoredState state = reload();
    EXPECT_EQ(state.servers, std::vector{samples::server("s")});
    EXPECT_EQ(state.profiles, std::vector{samples::profile("p")});
    EXPECT_EQ(state.instances, std::vector{instance});
    EXPECT_EQ(state.jobs, std::vector{job});
    EXPECT_EQ(state.last_job, 7U);
}

TEST_F(DatabaseTest, ReplacesByNameAndIdAndRemoves) {
    Instance instance = samples::instance("one");
    const auto database = open();
    EXPECT_TRUE(write(*database, {samples::server("s"), samples::profile("p"), instance, samples::job(7)}));
    instance.state = InstanceState::running;
    EXPECT_TRUE(write(*database, {samples::server("s", 10), instance}));
    auto state = database->load();
    EXPECT_EQ(state->servers, std::vector{samples::server("s", 10)});
    EXPECT_EQ(state->instances, std::vector{instance});

    EXPECT_TRUE(write(*database, {RemoveServer{"s"}, RemoveProfile{"p"}, RemoveInstance{instance.id}, RemoveJob{7}}));
    state = database->load();
    EXPECT_TRUE(state->servers.empty() && state->profiles.empty() && state->instances.empty() && state->jobs.empty());
}

// Job numbers never come again.
TEST_F(DatabaseTest, NeverLowersTheLastJobNumber) {
    EXPECT_TRUE(write(*open(), {samples::job(9), samples::job(3), RemoveJob{9}, RemoveJob{3}}));
    EXPECT_EQ(reload().last_job, 9U);
    EXPECT_EQ(reload().last_job, 9U);
}

TEST_F(DatabaseTest, ForgetsJobsThatEndedLongAgo) {
    Job old = samples::job(1, JobState::done);
    old.finished_at -= 11ULL * 60 * 1'000'000;
    const Job recent = samples::job(2, JobState::failed);
    Job open_and_old = samples::job(3);
    open_and_old.created_at = 1;
    Job from_before_the_clock_was_set_back = samples::job(4, JobState::done);
    from_before_the_clock_was_set_back.finished_at += 3600ULL * 1'000'000;
    EXPECT_TRUE(write(*open(), {old, recent, open_and_old, from_before_the_clock_was_set_back}));
    EXPECT_EQ(reload().jobs, (std::vector{recent, open_and_old}));
    EXPECT_EQ(reload().last_job, 4U);
}

TEST_F(DatabaseTest, RollsBackABatchThatFailsAndNoOther) {
    const auto database = open();
    const Instance first = samples::instance("same");
    const Instance second = samples::instance("same");
    const std::vector<Changes> batches{
        {samples::server("a"), first}, {samples::server("b"), second}, {samples::server("c")}};
    const auto results = database->write(batches);
    ASSERT_EQ(results.size(), 3U);
    EXPECT_TRUE(results[0]);
    ASSERT_FALSE(results[1]);
    EXPECT_EQ(results[1].error().code, ErrorCode::StorageFailed);
    EXPECT_TRUE(results[2]);
    const auto state = database->load();
    EXPECT_EQ(state->servers, (std::vector{samples::server("a"), samples::server("c")}));
    EXPECT_EQ(state->instances, std::vector{first});
}

TEST_F(DatabaseTest, IsForOneAgentOnly) {
    const auto first = open();
    const auto second = Database::open(directory_.path(), false);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::InUse);
    EXPECT_EQ(second.error().reason, std::format("another agent uses {}", directory_.path().string()));
}

TEST_F(DatabaseTest, IsReadableByItsOwnerOnly) {
    const auto database = open();
    EXPECT_TRUE(write(*database, {samples::server("s")}));
    database->back_up_when_changed();
    for (const char* name : {"store.db", "store.db-wal", "store.db.bak", "store.lock", "store.ballast"}) {
        const auto permissions = std::filesystem::status(directory_.file(name)).permissions();
        EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << name;
    }
}

TEST_F(DatabaseTest, RefusesANewerSchemaNamingBothVersions) {
    open().reset();
    {
        sqlite::Connection connection(directory_.file("store.db"));
        connection.execute("PRAGMA user_version = 9");
        write_meta(connection, "schema", "9");
    }
    const std::string before = samples::read_file(directory_.file("store.db"));
    const auto database = Database::open(directory_.path(), false);
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, ErrorCode::NotSupported);
    EXPECT_TRUE(database.error().reason.contains("schema 9")) << database.error().reason;
    EXPECT_TRUE(database.error().reason.contains(std::format("none after {}", latest_schema())))
        << database.error().reason;
    EXPECT_EQ(samples::read_file(directory_.file("store.db")), before);
}

TEST_F(DatabaseTest, ComesUpWithoutARowThatCannotBeReadAndKeepsIt) {
    EXPECT_TRUE(write(*open(), {samples::server("bad"), samples::server("good"), samples::server("odd")}));
    {
        sqlite::Connection connection(directory_.file("store.db"));
        connection.execute("UPDATE servers SET record = replace(record, 'node', 'nodf') WHERE name = 'bad'");
        sqlite::Statement(connection, "UPDATE servers SET record = '{', checksum = ? WHERE name = 'odd'")
            .bind(1, checksum("{"))
            .run();
    }
    EXPECT_EQ(reload().servers, std::vector{samples::server("good")});
    sqlite::Connection connection(directory_.file("store.db"));
    EXPECT_EQ(connection.query_integer("SELECT count(*) FROM servers"), 3);
}

TEST_F(DatabaseTest, RefusesADirectoryThatCannotBeUsed) {
    samples::write_file(directory_.file("plain"), "");
    const auto database = Database::open(directory_.file("plain"), false);
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, ErrorCode::StorageFailed);
}

// F12: kill -9 loses nothing that was acknowledged.
TEST_F(DatabaseTest, LosesNothingAcknowledgedWhenKilled) {
    for (int round = 0; round < 5; ++round) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        const UniqueFd read_end(ends[0]);
        UniqueFd write_end(ends[1]);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const auto database = Database::open(directory_.path(), true);
            for (std::uint32_t i = 0;; ++i) {
                const std::vector<Changes> batches{{samples::server(std::format("s{}-{}", round, i))}};
                if (!database || !(*database)->write(batches).front() ||
                    ::write(write_end.get(), &i, sizeof i) != sizeof i) {
                    ::_exit(1);
                }
            }
        }
        write_end.reset();
        std::uint32_t acknowledged = 0;
        while (acknowledged < 20U + 7U * std::uint32_t(round)) {
            ASSERT_EQ(::read(read_end.get(), &acknowledged, sizeof acknowledged), ssize_t(sizeof acknowledged));
        }
        ::kill(child, SIGKILL);
        ASSERT_EQ(::waitpid(child, nullptr, 0), child);
        while (::read(read_end.get(), &acknowledged, sizeof acknowledged) == ssize_t(sizeof acknowledged)) {
        }
        std::size_t found = 0;
        for (const ServerDefinition& server : reload().servers) {
            found += server.name.starts_with(std::format("s{}-", round)) ? 1 : 0;
        }
        // The last one may have been written and not yet acknowledged.
        EXPECT_GE(found, acknowledged + 1);
        EXPECT_LE(found, acknowledged + 2);
    }
}

}  // namespace
}  // namespace mcpctl
