// An instance of a stdio server, and sessions with it over the agent's socket, by the tool's own client.
#pragma once

#include <string>
#include <vector>

#include "ctl/client.hpp"
#include "tests/bench/support/measure.hpp"
#include "tests/bench/support/stdio_peer.hpp"

namespace mcpctl::bench {

constexpr std::chrono::minutes patience{3};

template <class T>
T required(Result<T> result, const char* what) {
    if (!result) {
        throw std::runtime_error(std::string(what).append(": ").append(result.error().reason));
    }
    return *std::move(result);
}

[[nodiscard]] std::unique_ptr<ctl::AgentClient> make_client();

class SessionHost {
  public:
    // Defines and starts it, with so many standbys.
    SessionHost(std::string name, const Command& command, unsigned standbys);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const ctl::InstanceInfo& instance() const { return instance_; }
    [[nodiscard]] ctl::AgentClient& agent() { return *agent_; }

    ctl::OpenedSession open();
    [[nodiscard]] std::vector<ctl::SessionInfo> sessions();
    // The process that serves an open session.
    [[nodiscard]] int pid_of(const std::string& session);
    // Waits until all standbys are ready and of sessions only `open` are left: nothing disturbs what comes next.
    void settle(std::size_t open = 0);

  private:
    [[nodiscard]] bool is_settled(std::size_t open);

    std::string name_;
    unsigned standbys_;
    std::unique_ptr<ctl::AgentClient> agent_;
    ctl::InstanceInfo instance_;
};

}  // namespace mcpctl::bench
