#include "base/async.hpp"

#include <boost/asio/as_tuple.hpp>
#include <exception>
#include <string>

#include "base/journal.hpp"

namespace mcpctl {

void spawn_detached(const asio::any_io_executor& executor, std::string_view what, Task<void> task) {
    asio::co_spawn(executor, std::move(task), [name = std::string(what)](const std::exception_ptr& failure) {
        if (!failure) {
            return;
        }
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            log::error("unexpected failure in " + name + ": " + error.what());
        } catch (...) {
            log::error("unexpected failure in " + name);
        }
    });
}

Task<bool> wait_for(Clock::duration duration) {
    asio::steady_timer timer(co_await asio::this_coro::executor, duration);
    auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return !error;
}

void Condition::notify() {
    ++count_;
    for (asio::steady_timer* waiter : *waiters_) {
        waiter->cancel();
    }
}

Task<bool> Condition::wait_until(Clock::time_point deadline) {
    asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
    struct Entry {
        std::shared_ptr<Waiters> waiters;
        Waiters::iterator position;
        explicit Entry(std::shared_ptr<Waiters> list, asio::steady_timer* waiter)
            : waiters(std::move(list)), position(waiters->insert(waiters->end(), waiter)) {}
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        ~Entry() { waiters->erase(position); }
    } const entry(waiters_, &timer);
    auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return bool(error);
}

Task<bool> Condition::wait_until(Clock::time_point deadline, std::uint64_t seen) {
    if (count_ != seen) {
        co_return true;
    }
    co_return co_await wait_until(deadline);
}

}  // namespace mcpctl
