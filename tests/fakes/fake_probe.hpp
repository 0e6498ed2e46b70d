// Servers that answer or not, as a test says.
#pragma once

#include <string>
#include <vector>

#include "agent/core/probe.hpp"

namespace mcpctl::test {

class FakeProbe final : public Probe {
  public:
    std::string error;  // what the next checks end in; empty: the server answers
    McpGeneration speaks = McpGeneration::modern;
    bool hangs = false;  // until release()
    std::vector<ProbeTarget> targets;
    std::size_t most_at_once = 0;

    void release() {
        hangs = false;
        released_.notify();
    }

    Task<ProbeResult> check(ProbeTarget target) override {
        targets.push_back(target);
        most_at_once = std::max(most_at_once, ++under_way_);
        if (hangs) {
            co_await released_.wait_until(Clock::time_point::max());
        }
        --under_way_;
        co_return ProbeResult{.error = error, .generation = speaks, .latency = std::chrono::milliseconds(2)};
    }

  private:
    Condition released_;
    std::size_t under_way_ = 0;
};

}  // namespace mcpctl::test
