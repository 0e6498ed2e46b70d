// The token in the header Authorization (RFC 6750).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcpctl::http_bridge {

// Nothing where the header is of another scheme, or what follows cannot be a token.
[[nodiscard]] std::optional<std::string> bearer_token(std::string_view authorization);

}  // namespace mcpctl::http_bridge
