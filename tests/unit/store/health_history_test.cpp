// M04: the history of health survives the agent, is bounded, and is never in anybody's way.
#include "agent/store/health_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "agent/store/health_database.hpp"

namespace mcpctl {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

HealthChange change(WallTime at, bool alert = false) {
    return {at, alert ? Readiness::not_ready : Readiness::ready, Liveness::alive, alert, alert ? "no answer" : ""};
}

class AHealthHistory : public testing::Test {
  protected:
    AHealthHistory() : directory_(fs::temp_directory_path() / ("mcpctl-health-" + InstanceId::generate().hex())) {
        fs::create_directories(directory_);
        open();
    }
    ~AHealthHistory() override {
        history.reset();
        fs::remove_all(directory_);
    }
    void open() {
        history.reset();
        history = std::make_unique<SqliteHealthHistory>(loop.get_executor(), file());
    }
    [[nodiscard]] fs::path file() const { return directory_ / "health.db"; }
    template <class T>
    T run(Task<T> task) {
        std::optional<T> value;
        asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr&, T result) { value = std::move(result); });
        loop.restart();
        loop.run();
        return *std::move(value);
    }

    asio::io_context loop;
    std::unique_ptr<SqliteHealthHistory> history;
    InstanceId first = InstanceId::generate();
    InstanceId second = InstanceId::generate();

  private:
    fs::path directory_;
};

TEST_F(AHealthHistory, GivesTheChangesOfAnInstanceNewestFirst) {
    history->add(first, change(1));
    history->add(second, change(2));
    history->add(first, change(3, true));
    EXPECT_THAT(*run(history->changes_of(first, 10)), ElementsAre(change(3, true), change(1)));
    EXPECT_THAT(*run(history->changes_of(first, 1)), ElementsAre(change(3, true)));
    EXPECT_EQ(*run(history->latest()), (std::map{std::pair{first, change(3, true)}, {second, change(2)}}));
}

TEST_F(AHealthHistory, SurvivesTheAgent) {
    history->add(first, change(1, true));
    open();
    EXPECT_THAT(*run(history->changes_of(first, 10)), ElementsAre(change(1, true)));
}

TEST_F(AHealthHistory, KeepsTheLatestChangesOnly) {
    for (WallTime at = 1; at <= HealthHistory::kept_changes + 20; ++at) {
        history->add(first, change(at));
    }
    history->add(second, change(1));
    const auto changes = run(history->changes_of(first, 1000));
    ASSERT_EQ(changes->size(), HealthHistory::kept_changes);
    EXPECT_EQ(changes->front().at, HealthHistory::kept_changes + 20);
    EXPECT_EQ(run(history->changes_of(second, 1000))->size(), 1U);
}

TEST_F(AHealthHistory, ForgetsAnInstance) {
    history->add(first, change(1));
    history->forget(first);
    EXPECT_THAT(*run(history->changes_of(first, 10)), IsEmpty());
}

TEST_F(AHealthHistory, BeginsAnewWhereItWasDamaged) {
    history->add(first, change(1));
    history.reset();
    std::ofstream(file(), std::ios::trunc) << std::string(8192, 'x');
    open();
    EXPECT_THAT(*run(history->changes_of(first, 10)), IsEmpty());
    history->add(first, change(2));
    EXPECT_THAT(*run(history->changes_of(first, 10)), ElementsAre(change(2)));
}

TEST_F(AHealthHistory, IsReadableByItsOwnerAlone) {
    history->add(first, change(1));
    (void)run(history->latest());
    EXPECT_EQ(fs::status(file()).permissions() & fs::perms::all, fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace mcpctl
