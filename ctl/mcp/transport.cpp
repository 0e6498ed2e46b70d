#include "ctl/mcp/transport.hpp"

#include <algorithm>
#include <format>

namespace mcpctl::ctl {

int Patience::milliseconds_left() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
    constexpr long longest = 3'600'000;
    return int(std::clamp<long>(left, 0, longest));
}

Patience Patience::at_most(std::chrono::milliseconds share) const {
    return {std::min(deadline, SteadyClock::now() + share), interrupt_fd};
}

std::unexpected<Error> interrupted() {
    return fail(ErrorCode::Canceled, "interrupted");
}

std::unexpected<Error> no_answer(const mcp::Outgoing& message) {
    return fail(ErrorCode::TimedOut, std::format("the server did not answer {} in time", message.method));
}

std::unexpected<Error> too_large() {
    return fail(ErrorCode::LimitsExceeded,
                std::format("the server's answer is larger than {} MiB", max_message_bytes >> 20));
}

}  // namespace mcpctl::ctl
