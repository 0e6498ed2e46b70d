#include "agent/store/sqlite_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <format>
#include <optional>
#include <thread>
#include <vector>

#include "tests/unit/store/samples.hpp"

namespace mcpctl {
namespace {

class SqliteStoreTest : public testing::Test {
  protected:
    std::unique_ptr<SqliteStore> open() {
        auto store = SqliteStore::open(loop_.get_executor(), {.directory = directory_.path(), .durable = false});
        EXPECT_TRUE(store) << store.error().reason;
        return store ? *std::move(store) : nullptr;
    }
    StoredState reload() { return open()->load().value(); }
    // Takes the function and not its task: the task refers to what the function captured.
    template <class Function>
    void spawn(Function function) {
        asio::co_spawn(loop_, std::move(function), asio::detached);
    }

    samples::TemporaryDirectory directory_;
    asio::io_context loop_{1};
};

TEST_F(SqliteStoreTest, ResumesOnTheLoopWhenTheCommitIsDone) {
    const auto store = open();
    std::optional<Result<void>> result;
    std::thread::id resumed_on;
    spawn([&]() -> Task<void> {
        result = co_await store->commit({samples::server("a")});
        resumed_on = std::this_thread::get_id();
    });
    loop_.run();
    ASSERT_TRUE(result);
    EXPECT_TRUE(*result);
    EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST_F(SqliteStoreTest, FinishesWhatWasAcceptedBeforeItCloses) {
    auto store = open();
    for (int i = 0; i < 100; ++i) {
        store->commit_later({samples::server(std::format("s{}", i))});
    }
    store.reset();
    EXPECT_EQ(reload().servers.size(), 100U);
}

TEST_F(SqliteStoreTest, WritesInTheOrderOfTheCalls) {
    auto store = open();
    // Awaited in the opposite order, and mixed with commits that nobody awaits.
    Task<Result<void>> first = store->commit({samples::server("x", 1)});
    store->commit_later({samples::server("x", 2), samples::server("y")});
    Task<Result<void>> third = store->commit({samples::server("x", 3), RemoveServer{"y"}});
    store->commit_later({samples::server("x", 4)});
    int done = 0;
    spawn([&]() -> Task<void> {
        done += (co_await std::move(third)).has_value() ? 1 : 0;
        done += (co_await std::move(first)).has_value() ? 1 : 0;
    });
    loop_.run();
    EXPECT_EQ(done, 2);
    store.reset();
    EXPECT_EQ(reload().servers, std::vector{samples::server("x", 4)});
}

TEST_F(SqliteStoreTest, ServesManyCallersAtOnceEachWithItsOwnResult) {
    auto store = open();
    constexpr int callers = 200;
    std::vector<std::optional<Result<void>>> results(callers);
    for (int i = 0; i < callers; ++i) {
        spawn([&, i]() -> Task<void> {
            // Every tenth wants the name that the first one has.
            const Instance instance = samples::instance(i % 10 == 0 ? "same" : std::format("i{}", i));
            results[std::size_t(i)] = co_await store->commit({samples::server(std::format("s{}", i)), instance});
        });
    }
    loop_.run();
    store.reset();
    const StoredState state = reload();
    for (int i = 0; i < callers; ++i) {
        ASSERT_TRUE(results[std::size_t(i)]);
        EXPECT_EQ(results[std::size_t(i)]->has_value(), i == 0 || i % 10 != 0) << i;
        const bool stored = std::ranges::contains(state.servers, std::format("s{}", i), &ServerDefinition::name);
        EXPECT_EQ(stored, results[std::size_t(i)]->has_value()) << i;
    }
}

TEST_F(SqliteStoreTest, TellsTheResultOfACommitWhoseCallerWasCancelled) {
    auto store = open();
    std::optional<Result<void>> result;
    asio::cancellation_signal signal;
    asio::co_spawn(
        loop_, [&]() -> Task<void> { result = co_await store->commit({samples::server("a")}); },
        asio::bind_cancellation_slot(signal.slot(), asio::detached));
    asio::post(loop_, [&] { signal.emit(asio::cancellation_type::terminal); });
    loop_.run();
    ASSERT_TRUE(result);
    EXPECT_TRUE(*result);
}

TEST_F(SqliteStoreTest, MayCloseBeforeItsCallersResume) {
    auto store = open();
    std::optional<Result<void>> result;
    Task<Result<void>> commit = store->commit({samples::server("a")});
    spawn([&]() -> Task<void> { result = co_await std::move(commit); });
    store.reset();
    loop_.run();
    ASSERT_TRUE(result);
    EXPECT_TRUE(*result);
}

TEST_F(SqliteStoreTest, MayOutliveACallerThatNeverResumes) {
    auto loop = std::make_unique<asio::io_context>(1);
    auto store = *SqliteStore::open(loop->get_executor(), {.directory = directory_.path(), .durable = false});
    asio::co_spawn(
        *loop, [&]() -> Task<void> { (void)co_await store->commit({samples::server("a")}); }, asio::detached);
    loop->poll_one();
    store.reset();
    loop.reset();
    EXPECT_EQ(reload().servers.size(), 1U);
}

TEST_F(SqliteStoreTest, LogsTheFailureOfACommitThatNobodyAwaits) {
    testing::internal::CaptureStderr();
    auto store = open();
    store->commit_later({samples::instance("same")});
    store->commit_later({samples::instance("same")});
    store.reset();
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_TRUE(log.contains("a record was not stored")) << log;
    EXPECT_TRUE(log.contains("UNIQUE")) << log;
}

TEST_F(SqliteStoreTest, HasABackupAfterACleanClose) {
    auto store = open();
    store->commit_later({samples::server("a")});
    store.reset();
    std::filesystem::remove(directory_.file("store.db"));
    EXPECT_EQ(reload().servers, std::vector{samples::server("a")});
}

TEST_F(SqliteStoreTest, RefusesASecondAgent) {
    const auto first = open();
    const auto second = SqliteStore::open(loop_.get_executor(), {.directory = directory_.path()});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::InUse);
}

}  // namespace
}  // namespace mcpctl
