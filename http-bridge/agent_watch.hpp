// The public objects of one agent in memory, kept up to date by its signals, on a connection of the bridge's own, which
// may read what every local user may. One for all who read or follow.
//
// A signal is a hint: what is true is read anew.
#pragma once

#include <sdbus-c++/Types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "http-bridge/agent_link.hpp"
#include "http-bridge/telemetry.hpp"

namespace mcpctl::http_bridge {

// A public object, as values and as the JSON that is told of it.
struct Mirrored {
    std::variant<ctl::InstanceInfo, ctl::JobInfo, ctl::ProfileInfo, ctl::ServerInfo> info;
    std::string json;
    // Whose it is; nothing where only tokens for all profiles see it.
    std::optional<std::string> profile;
};

// Something that a token may see or not.
struct Change {
    std::string name;  // of the event
    std::string data;  // JSON
    // Whose it is; nothing where only tokens for all profiles see it.
    std::optional<std::string> profile;
};
[[nodiscard]] bool is_visible(const std::optional<std::string>& profile, const TokenView& token);

class AgentWatch : public std::enable_shared_from_this<AgentWatch> {
  public:
    // By name. Told in the order of what else the agent does: who has caught up knows of every token that was revoked.
    using TokenRevoked = std::function<void(const std::string& name)>;

    // `telemetry` is told of each job that ends. Both must outlive the loop.
    static Task<Result<std::shared_ptr<AgentWatch>>> open(Telemetry& telemetry, TokenRevoked token_revoked);

    // Not any more when the agent or the connection has gone.
    [[nodiscard]] bool usable() const { return usable_; }

    // Returns when everything that the agent has done before the call is known here; false when it has gone.
    Task<bool> catch_up();
    // By path. The references are good until the next co_await.
    [[nodiscard]] const std::map<std::string, Mirrored>& objects() const { return known_; }
    template <class Info>
    [[nodiscard]] const Info* find(const std::string& path) const {
        const auto found = known_.find(path);
        return found == known_.end() ? nullptr : std::get_if<Info>(&found->second.info);
    }

    // Everything that the token may see, as it is before the change number end().
    [[nodiscard]] std::string snapshot(const TokenView& token) const;
    // The changes that are kept have the numbers from first() to end() - 1.
    [[nodiscard]] std::uint64_t first() const { return end_ - changes_.size(); }
    [[nodiscard]] std::uint64_t end() const { return end_; }
    [[nodiscard]] const Change& change(std::uint64_t number) const { return changes_[number - first()]; }
    [[nodiscard]] Condition& changed() { return changed_; }

  private:
    AgentWatch(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor,
               Telemetry& telemetry, TokenRevoked token_revoked);
    Task<Result<void>> begin();
    void listen();
    void listen_to(const std::string& rule, std::function<void(sdbus::Message&)> handler);
    void touch(std::string path);
    void end_here();
    static Task<void> keep_up(std::shared_ptr<AgentWatch> self);
    Task<void> look_at(std::string path);
    [[nodiscard]] Mirrored mirrored(const std::string& path, const std::string& kind, const Properties& properties);
    [[nodiscard]] std::optional<std::string> profile_of(const std::string& path, const ctl::JobInfo& job) const;
    Task<bool> ask_whether_all_is_here();
    void replace(const std::string& path, Mirrored fresh);
    void forget(const std::string& path);
    void tell(Change change);

    Telemetry& telemetry_;
    TokenRevoked token_revoked_;
    bool usable_ = true;
    std::string agent_;
    std::map<std::string, Mirrored> known_;  // by path
    // To be looked at, in the order in which they were touched. Counted, so that who waits knows when it was his turn.
    std::deque<std::string> touched_;
    std::set<std::string> waiting_;
    std::uint64_t touches_ = 0;
    std::uint64_t looks_ = 0;
    Condition touched_something_;
    Condition looked_;
    // Those who want to catch up while the agent is being asked share the next question.
    std::uint64_t wishes_ = 0;
    std::uint64_t granted_ = 0;
    bool asking_ = false;
    Condition asked_;
    std::deque<Change> changes_;
    std::uint64_t end_ = 0;
    Condition changed_;
    dbus::ConnectionLoop loop_;
    std::vector<sdbus::Slot> slots_;
};

// Of the agent that runs now; opened for the first who asks.
class AgentWatches {
  public:
    AgentWatches(Telemetry& telemetry, AgentWatch::TokenRevoked token_revoked)
        : telemetry_(telemetry), token_revoked_(std::move(token_revoked)) {}
    Task<Result<std::shared_ptr<AgentWatch>>> current();

  private:
    Telemetry& telemetry_;
    AgentWatch::TokenRevoked token_revoked_;
    std::shared_ptr<AgentWatch> watch_;
    bool opening_ = false;
    Condition opened_;
};

}  // namespace mcpctl::http_bridge
