// One remote caller's way to the agent: a connection to the system bus that has shown his token, so that the agent
// decides about each call.
//
// Calls go to the very agent that was shown the token, by its unique name: to the next one this connection would be
// that of the bridge's own user again, and not that of the token.
#pragma once

#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/Types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/async.hpp"
#include "base/error.hpp"
#include "ctl/decode.hpp"
#include "dbus/call.hpp"
#include "dbus/connection_loop.hpp"
#include "dbus/names.hpp"
#include "http-bridge/event_source.hpp"

namespace mcpctl::http_bridge {

using Properties = ctl::Properties;

// As the agent tells it.
struct TokenView {
    std::string name;
    std::vector<std::string> scopes;
    std::vector<std::string> profiles;  // empty: all
    std::uint64_t expires_at = 0;       // µs since 1970; 0: never

    [[nodiscard]] bool has(std::string_view scope) const;
    [[nodiscard]] bool reaches(std::string_view profile) const;
};

class AgentLink {
  public:
    // AccessDenied where it is no token that counts, Unavailable where the agent cannot be reached.
    static Task<Result<std::shared_ptr<AgentLink>>> open(std::string token);

    AgentLink(const AgentLink&) = delete;
    AgentLink& operator=(const AgentLink&) = delete;
    ~AgentLink();

    [[nodiscard]] const TokenView& token() const { return token_; }
    // Not any more once the agent has gone, the token was revoked or has expired.
    [[nodiscard]] bool usable() const { return !agent_left_ && token_counts(); }
    [[nodiscard]] bool agent_left() const { return agent_left_; }

    template <class... Out, class... In>
    Task<Result<typename dbus::detail::Reply<Out...>::type>> call(std::string path, std::string_view interface,
                                                                  std::string method, In... arguments) {
        const auto proxy = proxy_at(path);
        co_return co_await dbus::call<Out...>(*proxy, std::string(interface), std::move(method), answer_timeout,
                                              std::move(arguments)...);
    }
    Task<Result<Properties>> properties(std::string path, std::string_view interface);

    void token_revoked(const std::string& name);

    // Woken when this becomes unusable because the agent goes or the token is revoked.
    void wake_at_end(const std::shared_ptr<EventSource>& source);

    // Notified at the end of each job.
    [[nodiscard]] Condition& job_ended() { return job_ended_; }
    // The jobs that were begun here, whatever has become of their instances.
    void remember_job(const std::string& path);
    [[nodiscard]] bool began_job(const std::string& path) const { return jobs_.contains(path); }

  private:
    static constexpr std::chrono::seconds answer_timeout{25};

    AgentLink(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor);
    Task<Result<void>> authenticate(std::string token);
    void listen();
    void agent_goes();
    void wake_sources();
    [[nodiscard]] bool token_counts() const;
    [[nodiscard]] std::shared_ptr<sdbus::IProxy> proxy_at(const std::string& path);

    bool agent_left_ = false;
    bool revoked_ = false;
    TokenView token_;
    std::string agent_;  // its unique name
    Condition job_ended_;
    std::set<std::string> jobs_;
    std::vector<std::weak_ptr<EventSource>> sources_;
    dbus::ConnectionLoop loop_;
    std::shared_ptr<sdbus::IProxy> manager_;
    sdbus::Slot watch_;
};

}  // namespace mcpctl::http_bridge
