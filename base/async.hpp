// The house's coroutine idiom: one io_context and one thread per program, Task<T> for everything that waits.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string_view>
#include <utility>

namespace mcpctl {

namespace asio = boost::asio;

template <class T>
using Task = asio::awaitable<T>;

using Clock = std::chrono::steady_clock;

// Runs `task` to its end on its own. An exception that leaves it is a defect: it is logged with `what` and ends there,
// so that one broken operation does not take the program with it.
void spawn_detached(const asio::any_io_executor& executor, std::string_view what, Task<void> task);

// Waits; returns false when the coroutine was cancelled meanwhile.
Task<bool> wait_for(Clock::duration duration);

// Something happened that others wait for: waiters sleep until notify() or their deadline, whichever comes first, and
// look for themselves at what changed. Notifying wakes everybody who waits now and nobody who comes later.
class Condition {
  public:
    void notify();
    // How often it was notified.
    [[nodiscard]] std::uint64_t count() const { return count_; }
    // False when `deadline` passed first. Time_point::max() waits for ever.
    Task<bool> wait_until(Clock::time_point deadline);
    // Returns at once if it was notified since the count was `seen`. For waiters that must suspend between looking and
    // waiting, who would otherwise sleep through what happens meanwhile.
    Task<bool> wait_until(Clock::time_point deadline, std::uint64_t seen);

  private:
    using Waiters = std::list<asio::steady_timer*>;
    // Shared, so that a waiter that is still suspended may outlive the condition.
    std::shared_ptr<Waiters> waiters_ = std::make_shared<Waiters>();
    std::uint64_t count_ = 0;
};

}  // namespace mcpctl
