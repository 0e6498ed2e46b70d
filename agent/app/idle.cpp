#include "agent/app/idle.hpp"

namespace mcpctl {

void Idle::touch() {
    last_ = Clock::now();
    touched_.notify();
}

Task<void> Idle::wait_until_idle(const Duration& timeout) {
    while (true) {
        const bool busy = !reasons_().empty();
        const auto deadline = last_ + timeout;
        if (!busy && Clock::now() >= deadline) {
            co_return;
        }
        co_await touched_.wait_until(busy ? Clock::time_point::max() : deadline);
    }
}

}  // namespace mcpctl
