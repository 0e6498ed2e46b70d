// Every route of the interface: what is called how, and which scope of a token it takes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http-bridge/agent_link.hpp"
#include "http-bridge/message.hpp"

namespace mcpctl::http_bridge {

struct Bridge;

struct Call {
    Bridge& bridge;
    std::shared_ptr<AgentLink> agent;
    Request request;
    std::string subject;  // what stands for {} in the route: an id or a name
};

// A scope: the one route that nobody needs a token for.
constexpr std::string_view no_token = "-";

struct Route {
    std::string_view method;
    std::string_view pattern;  // "{}" is any one segment
    std::string_view scope;    // empty: any token
    Task<Result<Response>> (*handle)(Call call);
    std::string_view parameters;  // what the query may have, with spaces between them
    // For the description that /openapi.json gives: a sentence, and the statuses beside those that every route has.
    std::string_view summary;
    std::string_view statuses;
};

[[nodiscard]] std::span<const Route> routes();

struct Found {
    const Route* route = nullptr;  // null: `allowed` tells which methods there are, empty where the path leads nowhere
    std::string subject = {};
    std::string allowed = {};
};
[[nodiscard]] Found find_route(std::string_view method, const std::vector<std::string>& segments);

// InvalidArgument where the query has a parameter that the route does not know.
[[nodiscard]] Result<void> check_parameters(const Route& route, const Target& target);

}  // namespace mcpctl::http_bridge
