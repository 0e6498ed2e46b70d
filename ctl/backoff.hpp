// How long to wait before the next try to reach somebody who went away: each time twice as long, and a part of it by
// chance, so that all who lost the same machine do not come back in the same moment.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace mcpctl::ctl {

class Backoff {
  public:
    static constexpr std::chrono::milliseconds first{500};
    static constexpr std::chrono::milliseconds longest{30'000};

    explicit Backoff(std::uint32_t seed = std::random_device()()) : random_(seed) {}

    // From half of the present step to all of it, never under the first.
    [[nodiscard]] std::chrono::milliseconds next() {
        step_ = std::min(step_ * 2, longest);
        std::uniform_int_distribution<std::int64_t> between(step_.count() / 2, step_.count());
        return std::chrono::milliseconds(between(random_));
    }
    void reset() { step_ = first; }

  private:
    std::mt19937 random_;
    std::chrono::milliseconds step_ = first;
};

}  // namespace mcpctl::ctl
