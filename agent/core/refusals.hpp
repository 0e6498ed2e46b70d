// Calls that were denied or refused, counted. Whoever may not do something can try as often as he likes: it costs a
// place in a small table, and a few records for all of it. Pure: time comes in.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "agent/core/audit.hpp"
#include "base/async.hpp"

namespace mcpctl {

class Refusals {
  public:
    // The first of its kind is due at once, what follows after a pause that doubles while it goes on.
    void note(AuditRecord record, Clock::time_point now);

    // True: it was taken.
    using Send = std::function<bool(const AuditRecord&)>;
    // Hands over what is due. What is not taken is due again a second later.
    void deliver(Clock::time_point now, const Send& send);
    // The same for all of it, due or not.
    void deliver_all(Clock::time_point now, const Send& send);

    // Whose they are.
    [[nodiscard]] std::vector<uid_t> users() const;
    // When deliver() has something to do; nothing: never.
    [[nodiscard]] std::optional<Clock::time_point> next() const;
    // Kinds with something that was not handed over.
    [[nodiscard]] std::size_t pending() const;

    // Kinds beyond this are counted together, as of nobody in particular.
    static constexpr std::size_t most_kinds = 256;
    static constexpr uid_t others = uid_t(-1);
    static constexpr auto shortest_pause = std::chrono::seconds(1);
    static constexpr auto longest_pause = std::chrono::minutes(1);

  private:
    // Per user, token and action.
    using Kind = std::tuple<AuditResult, uid_t, AuditAction, std::string, std::string>;
    struct Counted {
        AuditRecord record;  // count 0: all was handed over
        Clock::time_point due;
        Clock::duration pause = shortest_pause;
    };
    using Table = std::map<Kind, Counted>;

    static void deliver(Counted& counted, Clock::time_point now, const Send& send);

    Table table_;
};

}  // namespace mcpctl
