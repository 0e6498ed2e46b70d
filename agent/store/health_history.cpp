#include "agent/store/health_history.hpp"

#include <boost/asio/post.hpp>
#include <exception>
#include <format>
#include <functional>
#include <utility>

#include "agent/store/health_database.hpp"
#include "base/journal.hpp"

namespace mcpctl {

SqliteHealthHistory::SqliteHealthHistory(asio::any_io_executor executor, const std::filesystem::path& file)
    : executor_(std::move(executor)), database_(std::make_shared<HealthDatabase>(file)) {}

SqliteHealthHistory::~SqliteHealthHistory() {
    worker_.join();
}

void SqliteHealthHistory::write(std::move_only_function<void(HealthDatabase&)> what) {
    asio::post(worker_, [database = database_, what = std::move(what)]() mutable {
        try {
            what(*database);
        } catch (const std::exception& error) {
            log::error(std::format("a change of health was not stored: {}", error.what()));
        }
    });
}

template <class Read>
auto SqliteHealthHistory::read(Read what) -> Task<Result<decltype(what(std::declval<HealthDatabase&>()))>> {
    using Value = Result<decltype(what(std::declval<HealthDatabase&>()))>;
    const auto task = [](std::shared_ptr<HealthDatabase> database, Read reading) -> Task<Value> {
        try {
            co_return reading(*database);
        } catch (const std::exception& error) {
            co_return fail(ErrorCode::StorageFailed,
                           std::format("the history of health cannot be read: {}", error.what()));
        }
    };
    co_return co_await asio::co_spawn(worker_.get_executor(), task(database_, std::move(what)), asio::use_awaitable);
}

void SqliteHealthHistory::add(const InstanceId& instance, HealthChange change) {
    write([instance, change = std::move(change)](HealthDatabase& database) {
        database.add(instance, change, kept_changes);
    });
}

void SqliteHealthHistory::forget(const InstanceId& instance) {
    write([instance](HealthDatabase& database) { database.forget(instance); });
}

Task<Result<std::vector<HealthChange>>> SqliteHealthHistory::changes_of(InstanceId instance, std::size_t count) {
    return read([instance, count](HealthDatabase& database) { return database.changes_of(instance, count); });
}

Task<Result<std::map<InstanceId, HealthChange>>> SqliteHealthHistory::latest() {
    return read([](HealthDatabase& database) { return database.latest(); });
}

}  // namespace mcpctl
