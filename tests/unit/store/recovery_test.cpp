#include "agent/store/recovery.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <string>

#include "agent/store/database.hpp"
#include "tests/unit/store/samples.hpp"

namespace mcpctl {
namespace {

class Recovery : public testing::Test {
  protected:
    // A database with server "kept" in the backup and server "new" after it.
    void SetUp() override {
        auto database = open();
        installation_id_ = database->load()->installation_id;
        put(*database, samples::server("kept"));
        put(*database, samples::job(5));
        database->back_up_when_changed();
        put(*database, samples::server("new"));
        database.reset();
        sound_ = samples::read_file(file_);
    }
    std::unique_ptr<Database> open() { return Database::open(directory_.path(), false).value(); }
    static void put(Database& database, const Change& change) {
        const std::vector<Changes> batches{{change}};
        ASSERT_TRUE(database.write(batches).front());
    }
    void expect_restored() {
        const auto state = open()->load();
        ASSERT_TRUE(state);
        EXPECT_EQ(state->servers, std::vector{samples::server("kept")});
        EXPECT_EQ(state->installation_id, installation_id_);
        // Numbers given after the backup are not known.
        EXPECT_GT(state->last_job, 1000U);
    }

    samples::TemporaryDirectory directory_;
    std::filesystem::path file_ = directory_.file("store.db");
    std::string installation_id_;
    std::string sound_;
};

TEST_F(Recovery, TakesNothingForDamageThatIsNone) {
    const auto state = open()->load();
    EXPECT_EQ(state->servers, (std::vector{samples::server("kept"), samples::server("new")}));
    EXPECT_EQ(state->last_job, 5U);
    EXPECT_FALSE(directory_.holds_name_with("damaged"));
}

TEST_F(Recovery, RestoresAFileThatIsNoDatabase) {
    samples::write_file(file_, std::string(8192, 'x'));
    expect_restored();
    EXPECT_TRUE(directory_.holds_name_with("store.db.damaged-"));
}

TEST_F(Recovery, RestoresATruncatedFile) {
    samples::write_file(file_, sound_.substr(0, sound_.size() / 2));
    expect_restored();
}

TEST_F(Recovery, RestoresAnEmptyAndAMissingFile) {
    samples::write_file(file_, "");
    expect_restored();
    std::filesystem::remove(file_);
    expect_restored();
}

TEST_F(Recovery, RestoresAFileWhosePagesAreOverwritten) {
    std::string damaged = sound_;
    damaged.replace(4096, 3 * 4096, 3 * 4096, '\xa5');
    samples::write_file(file_, damaged);
    expect_restored();
}

TEST_F(Recovery, RestoresAFileWhoseVersionNumberFlipped) {
    for (const int byte : {0, 1, 0x41}) {
        std::string damaged = sound_;
        damaged[63] = char(byte);  // user_version is a big-endian number at offset 60
        samples::write_file(file_, damaged);
        expect_restored();
    }
}

TEST_F(Recovery, DoesNotApplyTheLogOfADamagedFileToTheBackup) {
    const std::filesystem::path wal = file_.string() + "-wal";
    auto database = open();
    put(*database, samples::server("in-the-log"));
    const std::string log = samples::read_file(wal);
    ASSERT_FALSE(log.empty());
    database.reset();
    samples::write_file(file_, std::string(8192, 'x'));
    samples::write_file(wal, log);
    expect_restored();
}

TEST_F(Recovery, StartsEmptyWhereThereIsNoBackup) {
    std::filesystem::remove(backup_of(file_));
    samples::write_file(file_, std::string(8192, 'x'));
    testing::internal::CaptureStderr();
    const auto state = open()->load();
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_TRUE(state->servers.empty());
    EXPECT_NE(state->installation_id, installation_id_);
    EXPECT_TRUE(log.contains("starts EMPTY")) << log;
}

TEST_F(Recovery, StartsEmptyWhereTheBackupIsDamagedToo) {
    samples::write_file(file_, std::string(8192, 'x'));
    samples::write_file(backup_of(file_), std::string(8192, 'y'));
    EXPECT_TRUE(open()->load()->servers.empty());
}

TEST_F(Recovery, RefreshesABackupThatIsOlderThanADay) {
    const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(25);
    std::filesystem::last_write_time(backup_of(file_), old);
    open()->back_up_when_old();
    EXPECT_GT(std::filesystem::last_write_time(backup_of(file_)), old);
    std::filesystem::remove(file_);
    EXPECT_EQ(open()->load()->servers.size(), 2U);
}

TEST_F(Recovery, LeavesARecentBackupAlone) {
    const std::string before = samples::read_file(backup_of(file_));
    const auto database = open();
    database->back_up_when_old();
    database->back_up_when_changed();
    EXPECT_EQ(samples::read_file(backup_of(file_)), before);
}

TEST_F(Recovery, TakesAnAlteredRowFromTheBackupAndLosesNothingElse) {
    std::string damaged = sound_;
    damaged.at(damaged.find("\"kept\"") + 1) = 'K';
    samples::write_file(file_, damaged);
    testing::internal::CaptureStderr();
    const auto state = open()->load();
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_EQ(state->servers, (std::vector{samples::server("kept"), samples::server("new")}));
    EXPECT_TRUE(log.contains("kept in servers was altered and is restored")) << log;
    EXPECT_FALSE(directory_.holds_name_with("damaged"));
}

// Flipped bits anywhere: what comes up is right, or restored, or without a row that is too new for the backup; never a
// wrong value or a crash.
TEST_F(Recovery, GivesNoWrongValueForAnyFlippedByte) {
    const std::string backup = samples::read_file(backup_of(file_));
    const std::vector good{samples::server("kept"), samples::server("new")};
    testing::internal::CaptureStderr();
    for (std::size_t at = 0; at < sound_.size(); at += at < 100 ? 1 : 61) {
        std::string damaged = sound_;
        damaged[at] = char(damaged[at] ^ 0x04);
        samples::write_file(file_, damaged);
        samples::write_file(backup_of(file_), backup);
        auto database = Database::open(directory_.path(), false);
        EXPECT_TRUE(database) << at << ": " << database.error().reason;
        const auto state = database ? (*database)->load() : fail(ErrorCode::Internal, "not opened");
        EXPECT_TRUE(state) << at;
        if (!state) {
            continue;
        }
        EXPECT_EQ(state->installation_id, installation_id_) << at;
        EXPECT_GE(state->last_job, 5U) << at;
        EXPECT_TRUE(std::ranges::contains(state->servers, samples::server("kept"))) << at;
        for (const ServerDefinition& server : state->servers) {
            EXPECT_TRUE(std::ranges::contains(good, server)) << at;
        }
    }
    (void)testing::internal::GetCapturedStderr();
}

}  // namespace
}  // namespace mcpctl
