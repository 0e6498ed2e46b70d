// A request as far as it has been checked, and what is answered. Handlers see these and never the wire.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "http-bridge/event_source.hpp"
#include "http-bridge/prefer.hpp"
#include "http-bridge/target.hpp"

namespace mcpctl::http_bridge {

struct Request {
    std::string method;
    Target target;
    Prefer prefer;
    std::string content_type;
    std::string body;
    std::string last_event_id;
};

struct Response {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::shared_ptr<EventSource> source = {};  // a stream instead of the body
};

// Of JSON that is text already.
[[nodiscard]] Response json_text_response(unsigned status, std::string body);
[[nodiscard]] Response json_response(unsigned status, const nlohmann::ordered_json& body);

}  // namespace mcpctl::http_bridge
