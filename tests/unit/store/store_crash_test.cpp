// The program is killed at every operation on a file of the store, one after the other, while a database is made,
// migrated or restored (B01): the next one finds all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <format>
#include <functional>
#include <vector>

#include "agent/store/database.hpp"
#include "agent/store/migrations.hpp"
#include "agent/store/recovery.hpp"
#include "tests/crash/agent/points.hpp"
#include "tests/unit/store/samples.hpp"

namespace mcpctl {
namespace {

constexpr int never = -1;
int points_to_live = never;

}  // namespace

// What tests/crash/agent/file_operations.cpp calls around each operation.
void crash::pass(std::string_view /*moment*/, std::string_view /*what*/) {
    if (points_to_live != never && points_to_live-- == 0) {
        (void)::kill(::getpid(), SIGKILL);
    }
}

namespace {

class StoreCrash : public ::testing::Test {
  protected:
    // Calls `prepare`, then `work` in a process that dies at its first point, then `check`; and all again with the
    // second, until the work comes to its end. Gives the number of points.
    static int at_every_point(const std::function<void()>& prepare, const std::function<void()>& work,
                              const std::function<void()>& check) {
        for (int point = 0;; ++point) {
            SCOPED_TRACE(point);
            prepare();
            const bool killed = dies_at(point, work);
            check();
            if (!killed || HasFailure()) {
                return point;
            }
        }
    }

    [[nodiscard]] std::unique_ptr<Database> open() const {
        auto database = Database::open(directory_.path(), true);
        EXPECT_TRUE(database) << database.error().reason;
        return database ? *std::move(database) : nullptr;
    }
    void clear() const {
        for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
            std::filesystem::remove(entry);
        }
    }
    // A database with a server in it.
    void make() const {
        clear();
        const std::vector<Changes> batches{{samples::server("kept")}};
        const auto database = open();
        EXPECT_TRUE(database->write(batches).front());
        database->back_up_when_changed();
    }

    samples::TemporaryDirectory directory_;

  private:
    static bool dies_at(int point, const std::function<void()>& work) {
        const pid_t child = ::fork();
        if (child == 0) {
            points_to_live = point;
            work();
            ::_exit(0);
        }
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0) << status;
        return WIFSIGNALED(status);
    }
};

TEST_F(StoreCrash, ANewDatabaseComesIntoBeing) {
    const int points = at_every_point([this] { clear(); }, [this] { (void)open(); },
                                      [this] {
                                          const auto state = open()->load();
                                          ASSERT_TRUE(state);
                                          EXPECT_EQ(state->installation_id.size(), 32);
                                      });
    EXPECT_GT(points, 20);
}

// As a later version will do: the tables change, and what is in them goes along.
void add_a_column(sqlite::Connection& connection) {
    connection.execute("ALTER TABLE servers ADD COLUMN added INTEGER NOT NULL DEFAULT 7; UPDATE servers SET added = 8");
}

TEST_F(StoreCrash, AMigrationIsDoneOrNotBegunAndHasItsBackup) {
    std::vector<MigrationStep> steps(migration_steps().begin(), migration_steps().end());
    steps.push_back(add_a_column);
    const auto file = directory_.file("store.db");
    const auto migrate_it = [&] {
        sqlite::Connection connection(file);
        connection.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        migrate(connection, file, steps);
    };
    const int points = at_every_point(
        [this] { make(); }, migrate_it,
        [&] {
            migrate_it();
            sqlite::Connection migrated(file);
            EXPECT_EQ(migrated.query_integer("PRAGMA user_version"), latest_schema() + 1);
            EXPECT_EQ(migrated.query_integer("SELECT sum(added) FROM servers"), 8);
            sqlite::Connection before(directory_.file(std::format("store.db.bak-v{}", latest_schema()).c_str()));
            EXPECT_EQ(before.query_integer("PRAGMA user_version"), latest_schema());
            EXPECT_EQ(before.query_integer("SELECT count(*) FROM servers"), 1);
        });
    EXPECT_GT(points, 20);
}

TEST_F(StoreCrash, ADamagedDatabaseIsRestoredFromItsBackup) {
    const auto damage = [this] {
        make();
        samples::write_file(directory_.file("store.db"), "damaged");
    };
    const auto expect_kept = [this] { EXPECT_EQ(open()->load()->servers, std::vector{samples::server("kept")}); };
    EXPECT_GT(at_every_point(damage, [this] { (void)open(); }, expect_kept), 10);
}

TEST_F(StoreCrash, ABackupIsTheOldOrTheNewOne) {
    const auto back_up_again = [this] {
        const std::vector<Changes> batches{{samples::server("more")}};
        const auto database = open();
        (void)database->write(batches);
        database->back_up_when_changed();
    };
    const auto lose_the_database = [this] {
        samples::write_file(directory_.file("store.db"), "");
        EXPECT_THAT(open()->load()->servers, ::testing::Contains(samples::server("kept")));
    };
    EXPECT_GT(at_every_point([this] { make(); }, back_up_again, lose_the_database), 10);
}

}  // namespace
}  // namespace mcpctl
