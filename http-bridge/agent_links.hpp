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
    // user so many and no more. A peer that shows one wrong token after the other has a share of them only.
    Task<Result<std::shared_ptr<AgentLink>>> of(std::string token, std::string peer);
    // From whoever hears of it first.
    void token_revoked(const std::string& name);

  private:
    struct Known {
        std::shared_ptr<AgentLink> link;
        Clock::time_point used;
    };
    void drop_unusable();
    [[nodiscard]] bool make_room();

    std::map<std::string, Known> known_;  // by the hash of the token
    // Tokens that are being shown, by peer. Shared with the coroutines that do it: they may outlive this.
    using Opening = std::map<std::string, std::size_t>;
    std::shared_ptr<Opening> opening_ = std::make_shared<Opening>();
};

}  // namespace mcpctl::http_bridge
