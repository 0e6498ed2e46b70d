#include "http-bridge/bearer.hpp"

#include <algorithm>
#include <cctype>

namespace mcpctl::http_bridge {
namespace {

constexpr std::string_view scheme = "bearer ";
constexpr std::size_t longest_token = 256;

bool may_be_in_token(unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("-._~+/=").contains(char(c));
}

bool same_letter(unsigned char one, unsigned char other) {
    return std::tolower(one) == std::tolower(other);
}

}  // namespace

std::optional<std::string> bearer_token(std::string_view authorization) {
    if (authorization.size() <= scheme.size() ||
        !std::ranges::equal(authorization.substr(0, scheme.size()), scheme, same_letter)) {
        return std::nullopt;
    }
    const std::string_view token = authorization.substr(scheme.size());
    if (token.size() > longest_token || !std::ranges::all_of(token, may_be_in_token)) {
        return std::nullopt;
    }
    return std::string(token);
}

}  // namespace mcpctl::http_bridge
