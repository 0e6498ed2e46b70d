// Finding what a caller names, as far as his token lets him see it.
#pragma once

#include "http-bridge/agent_watch.hpp"
#include "http-bridge/routes.hpp"

namespace mcpctl::http_bridge {

// An id in the usual form of a UUID; the agent's paths have it without dashes.
[[nodiscard]] bool is_id(std::string_view reference);

// The agent's public objects, with everything that it has done before. AccessDenied where it has revoked the token.
Task<Result<std::shared_ptr<AgentWatch>>> up_to_date(Call call);
// The object of an instance named by id or name, of those that the token reaches; an id need not exist, a name takes
// the scope view.
Task<Result<std::string>> instance_path_of(Call call);
// NotFound also where the token is for other profiles. Good until the next co_await.
[[nodiscard]] Result<const ctl::InstanceInfo*> visible_instance(const AgentWatch& watch, const std::string& path,
                                                                const TokenView& token);

[[nodiscard]] std::unexpected<Error> no_such(std::string_view kind, std::string_view reference);

}  // namespace mcpctl::http_bridge
