// The description of the interface, made from the table of routes.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace mcpctl::http_bridge {

// OpenAPI 3.1.
[[nodiscard]] nlohmann::ordered_json description();
// Its part "components": schemas and the way of authentication.
[[nodiscard]] nlohmann::ordered_json described_components();

}  // namespace mcpctl::http_bridge
