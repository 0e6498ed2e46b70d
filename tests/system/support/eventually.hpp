// Waiting on conditions that nobody announces to us.
#pragma once

#include <chrono>
#include <concepts>
#include <thread>

namespace mcpctl::test {

// Looks again and again until `condition` holds; false when it does not within `patience`.
template <std::predicate Condition>
bool eventually(Condition condition, std::chrono::milliseconds patience = std::chrono::seconds(15)) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

// The opposite: true when `condition` held at every look for so long.
template <std::predicate Condition>
bool holds_for(std::chrono::milliseconds duration, Condition condition) {
    return !eventually([&] { return !condition(); }, duration);
}

}  // namespace mcpctl::test
