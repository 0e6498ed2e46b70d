// How messages get to a server and its answers back.
#pragma once

#include <cstddef>

#include "base/error.hpp"
#include "ctl/connection.hpp"
#include "mcp/http_headers.hpp"
#include "mcp/messages.hpp"

namespace mcpctl::ctl {

// Of a message or an event. Everything that a server controls has a limit.
constexpr std::size_t max_message_bytes = std::size_t{64} << 20;

struct Patience {
    SteadyClock::time_point deadline;
    int interrupt_fd = -1;

    [[nodiscard]] int milliseconds_left() const;
    // The same, but for at most `share`.
    [[nodiscard]] Patience at_most(std::chrono::milliseconds share) const;
};

class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    // Sends a message and returns its answer; of a notification, nothing of interest. What comes before the answer is
    // passed over: notifications are dropped, requests refused. `parameters` are for a transport that has headers.
    //
    // Canceled: interrupted. TimedOut. NotSupported: it was refused below JSON-RPC. Unavailable: the way is broken.
    virtual Result<mcp::Message> exchange(const mcp::Agreement& agreement, const mcp::Outgoing& message,
                                          const mcp::Headers& parameters, const Patience& patience) = 0;
};

[[nodiscard]] std::unexpected<Error> interrupted();
[[nodiscard]] std::unexpected<Error> no_answer(const mcp::Outgoing& message);
[[nodiscard]] std::unexpected<Error> too_large();

}  // namespace mcpctl::ctl
