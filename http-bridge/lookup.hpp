// Finding what a caller names, as far as his token lets him see it.
#pragma once

#include "http-bridge/routes.hpp"

namespace mcpctl::http_bridge {

// An id in the usual form of a UUID; the agent's paths have it without dashes.
[[nodiscard]] bool is_id(std::string_view reference);

// The object of an instance named by id or name. A name is asked of the agent, which takes the scope view; an id need
// not exist.
Task<Result<std::string>> instance_path_of(const Call& call);
// NotFound also where the token is for other profiles.
Task<Result<ctl::InstanceInfo>> instance_at(std::shared_ptr<AgentLink> agent, std::string path);

[[nodiscard]] std::unexpected<Error> no_such(std::string_view kind, std::string_view reference);

}  // namespace mcpctl::http_bridge
