// Finds out which generation a server speaks: server/discover first, which the modern one must answer and which costs a
// legacy one nothing (308 against 314 ms to come up), and initialize where that was not understood.
//
//   while (auto message = handshake.next()) { send it; handshake.answered(…) or handshake.unanswered(); }
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "mcp/messages.hpp"

namespace mcpctl::mcp {

class Handshake {
  public:
    // A legacy transport (HTTP+SSE) is not asked for the modern generation.
    explicit Handshake(Generation begin_with);

    // What is to be sent now; nothing when the handshake is over. Where its id is 0, no answer comes.
    [[nodiscard]] std::optional<Outgoing> next();
    void answered(const Message& message);
    // It was refused below JSON-RPC, or not answered in time. Only discovery survives that.
    void unanswered();
    // Whether a missing answer means no more than "not modern".
    [[nodiscard]] bool is_probing() const { return step_ == Step::discover; }

    // When it is over. The agreement is also what requests under way are sent by.
    [[nodiscard]] Result<Agreement> outcome() const;
    [[nodiscard]] const Agreement& agreement() const { return agreement_; }
    // The next id that no message of the handshake has.
    [[nodiscard]] std::int64_t next_id() const { return last_id_ + 1; }

  private:
    enum class Step : std::uint8_t { discover, initialize, initialized, done, failed };

    void begin_legacy();
    void discovered(const Message& message);
    void initialized(const Message& message);
    void give_up(std::string reason);

    Step step_;
    Agreement agreement_;
    std::int64_t last_id_ = 0;
    Error error_;
};

}  // namespace mcpctl::mcp
