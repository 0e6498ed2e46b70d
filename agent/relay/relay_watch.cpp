// The watching half of Relay: until the container has ended, and not only its engine.
#include <csignal>

#include "agent/relay/relay.hpp"
#include "base/journal.hpp"

namespace mcpctl::relay {
namespace {

using namespace std::chrono_literals;
using docker::Container;

constexpr auto between_tries = 250ms;
// A frozen engine keeps connections open: whether it is still there is asked this often.
constexpr auto between_pings = 15s;
// An engine that is stopped ends its containers first, and goes itself a moment later.
constexpr auto last_moment = 1s;
constexpr auto between_looks = 100ms;

constexpr std::int64_t terminated = 128 + SIGTERM;
constexpr std::int64_t killed = 128 + SIGKILL;

}  // namespace

// The container as it is at its end; without an id where it was removed.
Task<Container> Relay::until_ended() {
    while (true) {
        if (!co_await watch()) {
            lost_engine_ = true;
            tell_unreachable();
            co_await pause(between_tries);
        }
        Found now = co_await look();
        if (now && !now->running && !lost_engine_ && !options_.stdio && co_await engine_leaves(*now)) {
            lost_engine_ = true;
            tell_unreachable();
            now = co_await look();
        }
        if (!now) {
            co_return Container{};
        }
        if (!now->running && lost_engine_ && !options_.stdio && !stopping_) {
            // The engine took it along. That is no failure of the server's, whatever its exit status says.
            log::notice("the engine was away and its container has ended; it is started again");
            if (!co_await start()) {
                co_return *now;
            }
            continue;
        }
        if (!now->running) {
            co_return *now;
        }
        lost_engine_ = false;
        container_ = *now;
        tell_running();
        if (!attachment_ && options_.stdio) {
            (void)co_await engine_.kill(container_.id, "SIGKILL");
            lost_engine_ = true;
        } else if (!attachment_) {
            (void)co_await attach();
        }
    }
}

// Waits for the container's end; false where the engine went away meanwhile.
Task<bool> Relay::watch() {
    auto stream = co_await engine_.wait(container_.id);
    if (!stream) {
        co_return false;
    }
    std::string body;
    while (true) {
        const auto piece = co_await stream->read(Clock::now() + between_pings);
        if (piece && piece->empty()) {
            co_return !body.empty();
        }
        if (piece) {
            body += *piece;
            continue;
        }
        if (piece.error().code != ErrorCode::TimedOut) {
            co_return false;
        }
        if (co_await engine_.ping()) {
            tell_running();
        } else {
            tell_unreachable();
        }
    }
}

// Whether the container ended because its engine is being stopped.
Task<bool> Relay::engine_leaves(Container ended) {
    const bool as_if_stopped = ended.exit_code == 0 || ended.exit_code == terminated || ended.exit_code == killed;
    const auto deadline = Clock::now() + last_moment;
    while (as_if_stopped && !stopping_ && Clock::now() < deadline) {
        if (!co_await engine_.ping()) {
            co_return true;
        }
        co_await pause(between_looks);
    }
    co_return false;
}

Task<Relay::Found> Relay::look() {
    while (true) {
        auto now = co_await engine_.inspect(container_.id);
        if (now) {
            co_return *std::move(now);
        }
        lost_engine_ = true;
        tell_unreachable();
        co_await pause(between_tries);
    }
}

}  // namespace mcpctl::relay
