#include "http-bridge/prefer.hpp"

#include <charconv>
#include <format>
#include <ranges>

namespace mcpctl::http_bridge {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Result<std::chrono::seconds> wait_from(std::string_view text) {
    long seconds = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > longest_wait.count()) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("wait is a number of seconds from 0 to {}", longest_wait.count()), "Prefer");
    }
    return std::chrono::seconds(seconds);
}

}  // namespace

Result<Prefer> parse_prefer(std::string_view header) {
    Prefer prefer;
    for (const auto part : header | std::views::split(',')) {
        const std::string_view preference = trimmed(std::string_view(part));
        if (preference == "respond-async") {
            prefer.respond_async = true;
        } else if (preference.starts_with("wait=")) {
            auto wait = wait_from(preference.substr(5));
            if (!wait) {
                return std::unexpected(wait.error());
            }
            prefer.wait = *wait;
        }
    }
    return prefer;
}

}  // namespace mcpctl::http_bridge
