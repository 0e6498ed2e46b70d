#include "mcp/http_headers.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <format>

namespace mcpctl::mcp {
namespace {

std::string base64(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8U | (i + k < bytes.size() ? std::uint8_t(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            text += i + k > bytes.size() ? '=' : alphabet[group >> (18 - 6 * k) & 63U];
        }
    }
    return text;
}

bool is_token(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view("!#$%&'*+-.^_`|~").contains(char(c));
    });
}

std::string plain_value(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::string header_value(std::string_view text) {
    const bool printable = std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
    const bool outer_blank = text.starts_with(' ') || text.ends_with(' ');
    const bool looks_encoded = text.starts_with("=?base64?") && text.ends_with("?=");
    return printable && !outer_blank && !looks_encoded ? std::string(text) : std::format("=?base64?{}?=", base64(text));
}

Headers headers_for(const Agreement& agreement, const Outgoing& message, const std::string& session) {
    Headers headers{{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
    const bool modern = agreement.generation == Generation::modern;
    if (modern || message.method != "initialize") {  // the version is agreed on by then
        headers.emplace_back("MCP-Protocol-Version", agreement.version);
    }
    if (modern) {
        headers.emplace_back("Mcp-Method", header_value(message.method));
        if (!message.name.empty()) {
            headers.emplace_back("Mcp-Name", header_value(message.name));
        }
    } else if (!session.empty()) {
        headers.emplace_back("Mcp-Session-Id", session);
    }
    return headers;
}

// Only what is reached through "properties" counts, and only values that are not composed.
Headers parameter_headers(const Json& input_schema, const Json& arguments) {
    Headers headers;
    if (!input_schema.is_object() || !arguments.is_object()) {
        return headers;
    }
    const auto properties = input_schema.find("properties");
    if (properties == input_schema.end() || !properties->is_object()) {
        return headers;
    }
    for (const auto& [key, schema] : properties->items()) {
        const auto argument = arguments.find(key);
        if (argument == arguments.end() || !schema.is_object()) {
            continue;
        }
        if (argument->is_object()) {
            std::ranges::move(parameter_headers(schema, *argument), std::back_inserter(headers));
        } else if (const auto mark = schema.find("x-mcp-header");
                   mark != schema.end() && mark->is_string() && argument->is_primitive() && !argument->is_null()) {
            if (const auto name = mark->get<std::string>(); is_token(name)) {
                headers.emplace_back(std::format("Mcp-Param-{}", name), header_value(plain_value(*argument)));
            }
        }
    }
    return headers;
}

}  // namespace mcpctl::mcp
