#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <format>

#include "agent/store/database.hpp"
#include "tests/unit/store/samples.hpp"

namespace mcpctl {
namespace {

Result<void> write(Database& database, Changes changes) {
    const std::vector<Changes> batches{std::move(changes)};
    return database.write(batches).front();
}

// The first failure of writes that fill the disk.
Result<void> write_until_refused(Database& database) {
    for (int i = 0; i < 20'000; ++i) {
        if (auto result = write(database, {samples::server(std::format("filler-{}", i), 1000)}); !result) {
            return result;
        }
    }
    return {};
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

class FileSizeLimit : public testing::Test {
  protected:
    void SetUp() override {
        before_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &unlimited_);
    }
    void TearDown() override {
        lift();
        (void)std::signal(SIGXFSZ, before_);
    }
    void limit(rlim_t bytes) const {
        const rlimit limited{bytes, unlimited_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limited);
    }
    void lift() const { ::setrlimit(RLIMIT_FSIZE, &unlimited_); }

  private:
    void (*before_)(int) = SIG_DFL;
    rlimit unlimited_{};
};

TEST_F(FileSizeLimit, MakesTheStoreReadOnlyUntilItIsLifted) {
    const samples::TemporaryDirectory directory;
    const auto database = Database::open(directory.path(), false).value();
    ASSERT_TRUE(write(*database, {samples::server("before")}));
    testing::internal::CaptureStderr();
    limit(300'000);
    const auto refused = write_until_refused(*database);
    const auto refused_again = write(*database, {samples::server("again", 1000)});
    lift();
    const std::string log = testing::internal::GetCapturedStderr();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::StorageFailed);
    EXPECT_TRUE(refused.error().reason.contains("nothing was changed"));
    EXPECT_TRUE(refused.error().hint.contains(directory.path().string()));
    EXPECT_FALSE(refused_again);
    EXPECT_EQ(count(log, "is read-only"), 1U) << log;
    EXPECT_FALSE(std::filesystem::exists(directory.file("store.ballast")));

    EXPECT_TRUE(write(*database, {samples::server("after")}));
    EXPECT_TRUE(std::filesystem::exists(directory.file("store.ballast")));
    const auto state = database->load();
    const auto names = [&](const std::string& name) {
        return std::ranges::contains(state->servers, name, &ServerDefinition::name);
    };
    EXPECT_TRUE(names("before"));
    EXPECT_TRUE(names("after"));
    EXPECT_FALSE(names("again"));
}

// A small file system of its own; skipped without the right to mount.
class FullDisk : public testing::Test {
  protected:
    void SetUp() override {
        if (::mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, "size=4m") != 0) {
            GTEST_SKIP() << "needs the right to mount";
        }
        mounted_ = true;
        database_ = Database::open(directory_.path(), false).value();
    }
    void TearDown() override {
        database_.reset();
        if (mounted_) {
            ::umount2(directory_.path().c_str(), MNT_DETACH);
        }
    }
    // Leaves about this many bytes free.
    void fill_but(std::uintmax_t bytes) {
        const auto free = std::filesystem::space(directory_.path()).available;
        samples::write_file(filler_, std::string(free - bytes, 'x'));
    }

    samples::TemporaryDirectory directory_;
    std::filesystem::path filler_ = directory_.file("filler");
    std::unique_ptr<Database> database_;

  private:
    bool mounted_ = false;
};

// F13: on a full disk DELETE and checkpoint fail too; the ballast lets both go on.
TEST_F(FullDisk, LetsRemovalsGoOnAndRecoversAlone) {
    ASSERT_TRUE(write(*database_, {samples::server("a"), samples::server("b")}));
    fill_but(200'000);
    const auto refused = write_until_refused(*database_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::StorageFailed);

    EXPECT_TRUE(write(*database_, {RemoveServer{"a"}}));
    const std::vector<Changes> mixed{{RemoveServer{"b"}, samples::server("c")}, {RemoveJob{1}}};
    const auto results = database_->write(mixed);
    EXPECT_FALSE(results[0]);
    EXPECT_TRUE(results[1]);

    std::filesystem::remove(filler_);
    EXPECT_TRUE(write(*database_, {samples::server("d")}));
    EXPECT_TRUE(std::filesystem::exists(directory_.file("store.ballast")));

    database_.reset();
    database_ = Database::open(directory_.path(), false).value();
    const auto state = database_->load();
    const auto holds = [&](const std::string& name) {
        return std::ranges::contains(state->servers, name, &ServerDefinition::name);
    };
    EXPECT_FALSE(holds("a"));
    EXPECT_TRUE(holds("b"));
    EXPECT_FALSE(holds("c"));
    EXPECT_TRUE(holds("d"));
}

TEST_F(FullDisk, DoesNotKeepTheAgentFromStarting) {
    ASSERT_TRUE(write(*database_, {samples::server("a"), samples::job(3)}));
    fill_but(0);
    database_.reset();
    auto database = Database::open(directory_.path(), false);
    ASSERT_TRUE(database) << database.error().reason;
    database_ = *std::move(database);
    const auto state = database_->load();
    ASSERT_TRUE(state) << state.error().reason;
    EXPECT_EQ(state->servers.size(), 1U);
    EXPECT_EQ(state->last_job, 3U);
}

}  // namespace
}  // namespace mcpctl
