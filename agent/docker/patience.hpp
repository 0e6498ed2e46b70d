// Waiting for an engine that is being restarted.
#pragma once

#include "base/async.hpp"
#include "base/error.hpp"

namespace mcpctl::docker {

// An engine that is restarted is back by then.
constexpr auto longest_absence = std::chrono::seconds(30);

// Tries again as long as the engine does not answer and the patience lasts. `operation` may be done twice: an engine
// that went away may have done it.
template <class Operation>
auto patiently(Operation operation, Clock::duration patience) -> decltype(operation()) {
    constexpr auto pause = std::chrono::milliseconds(200);
    const auto deadline = Clock::now() + patience;
    while (true) {
        auto result = co_await operation();
        const bool away =
            !result && (result.error().code == ErrorCode::Unavailable || result.error().code == ErrorCode::TimedOut);
        if (!away || Clock::now() >= deadline) {
            co_return result;
        }
        co_await wait_for(pause);
    }
}

}  // namespace mcpctl::docker
