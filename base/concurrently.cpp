#include "base/concurrently.hpp"

#include <algorithm>

namespace mcpctl {
namespace {

struct Progress {
    std::size_t next = 0;
    std::size_t workers = 0;
    Condition ended;
};

Task<void> take_turns(std::shared_ptr<Progress> progress, std::size_t count,
                      std::function<Task<void>(std::size_t)> work) {
    struct Worker {
        Progress& progress;
        explicit Worker(Progress& of) : progress(of) { ++progress.workers; }
        Worker(const Worker&) = delete;
        Worker& operator=(const Worker&) = delete;
        ~Worker() {
            --progress.workers;
            progress.ended.notify();
        }
    } const worker(*progress);
    while (progress->next < count) {
        co_await work(progress->next++);
    }
}

}  // namespace

Task<void> concurrently(std::size_t count, std::size_t width, std::function<Task<void>(std::size_t)> work) {
    auto executor = co_await asio::this_coro::executor;
    const auto progress = std::make_shared<Progress>();
    for (std::size_t started = 0; started < std::min(count, width); ++started) {
        spawn_detached(executor, "work of several", take_turns(progress, count, work));
    }
    while (progress->next < count || progress->workers > 0) {
        co_await progress->ended.wait_until(Clock::time_point::max());
    }
}

}  // namespace mcpctl
