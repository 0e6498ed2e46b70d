// The links of the callers who were here lately, by their tokens: showing one costs a connection.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "http-bridge/agent_link.hpp"

namespace mcpctl::http_bridge {

class AgentLinks {
  public:
    // LimitsExceeded where too many tokens are being shown: each takes a connection of the bus daemon, which gives one
    // user so many and no more.
    Task<Result<std::shared_ptr<AgentLink>>> of(std::string token);

  private:
    struct Known {
        std::shared_ptr<AgentLink> link;
        Clock::time_point used;
    };
    void drop_unusable();
    [[nodiscard]] bool make_room();

    std::map<std::string, Known> known_;  // by the hash of the token
    // Shared with the coroutines that open links: they may outlive this.
    std::shared_ptr<std::size_t> opening_ = std::make_shared<std::size_t>(0);
};

}  // namespace mcpctl::http_bridge
