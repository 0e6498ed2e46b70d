// From a request to its answer: who asks, what for, and whether the token is for that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http-bridge/agent_links.hpp"
#include "http-bridge/configuration.hpp"
#include "http-bridge/message.hpp"

namespace mcpctl::http_bridge {

// The fields of the header that matter, each with all the values it was sent with.
struct Head {
    std::string method;
    std::string target;
    std::vector<std::string> hosts;
    std::vector<std::string> origins;
    std::vector<std::string> authorizations;
    std::string prefer;
    std::string content_type;
    std::string content_encoding;
    bool has_transfer_encoding = false;
};

// What can be refused before anybody reads a body or asks the agent: nothing where there is no such reason.
[[nodiscard]] std::optional<Response> refuse_head(const Head& head, const Configuration& configuration);

class Gateway {
  public:
    // After refuse_head(). Exceptions are defects or answers of an unknown form: logged, and told as Internal.
    Task<Response> answer(Head head, std::string body);

  private:
    Task<Result<Response>> dispatch(Head head, std::string body);

    AgentLinks links_;
};

}  // namespace mcpctl::http_bridge
