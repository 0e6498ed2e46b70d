// From a request to its answer: who asks, what for, and whether the token is for that.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http-bridge/bridge.hpp"
#include "http-bridge/configuration.hpp"
#include "http-bridge/message.hpp"
#include "http-bridge/traffic.hpp"

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
    std::string last_event_id;
    std::vector<std::string> protocols;  // those that a WebSocket offers
    bool has_transfer_encoding = false;
};

// What can be refused before anybody reads a body or asks the agent: nothing where there is no such reason.
[[nodiscard]] std::optional<Response> refuse_head(const Head& head, const Configuration& configuration);

class Gateway {
  public:
    // After refuse_head(). Exceptions are defects or answers of an unknown form: logged, and told as Internal. `peer`:
    // whose limits count.
    Task<Response> answer(Head head, std::string body, std::string peer);
    [[nodiscard]] Telemetry& telemetry() { return bridge_.telemetry; }
    [[nodiscard]] Traffic& traffic() { return traffic_; }

  private:
    // Tells the pattern of the route, where there is one.
    Task<Result<Response>> dispatch(Head head, std::string body, std::string peer, std::string_view& route);

    Bridge bridge_;
    Traffic traffic_;
};

}  // namespace mcpctl::http_bridge
