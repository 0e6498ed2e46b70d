#include "http/request.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <format>

namespace mcpctl::http {
namespace {

constexpr std::array<std::string_view, 2> loopback_prefixes{"http://127.0.0.1:", "http://[::1]:"};

}  // namespace

std::string_view header(const Headers& headers, std::string_view name) {
    const auto found = std::ranges::find_if(headers, [&](const auto& one) {
        return one.first.size() == name.size() && ::strncasecmp(one.first.data(), name.data(), name.size()) == 0;
    });
    return found == headers.end() ? std::string_view() : found->second;
}

std::string_view loopback_origin(std::string_view url) {
    const auto* const prefix =
        std::ranges::find_if(loopback_prefixes, [&](std::string_view one) { return url.starts_with(one); });
    if (prefix == loopback_prefixes.end()) {
        return {};
    }
    const std::string_view origin = url.substr(0, url.find('/', prefix->size()));
    const std::string_view port = origin.substr(prefix->size());
    return port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos ? std::string_view() : origin;
}

Result<void> check_target(const Request& request) {
    if (request.unix_socket.empty() && loopback_origin(request.url).empty()) {
        return fail(ErrorCode::NotSupported, std::format("{} is not on this machine's loopback address", request.url));
    }
    return {};
}

}  // namespace mcpctl::http
