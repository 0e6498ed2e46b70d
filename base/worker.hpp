// Blocking work beside the loop.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <utility>

#include "base/async.hpp"

namespace mcpctl {

// Runs `work` on a worker thread and comes back to the loop.
template <class Work>
auto on_worker(asio::thread_pool& workers, Work work) -> Task<decltype(work())> {
    using Value = decltype(work());
    co_return co_await asio::co_spawn(
        workers.get_executor(), [](Work task) -> Task<Value> { co_return task(); }(std::move(work)),
        asio::use_awaitable);
}

}  // namespace mcpctl
