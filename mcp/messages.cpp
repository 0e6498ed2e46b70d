#include "mcp/messages.hpp"

#include <format>
#include <utility>

namespace mcpctl::mcp {
namespace {

constexpr std::string_view meta_prefix = "io.modelcontextprotocol/";

Json client_info() {
    return {{"name", "mcpctl"}, {"version", MCPCTL_VERSION}};
}

// What every request of the modern generation carries.
void put_meta(Json& params, const std::string& version) {
    Json& meta = params["_meta"];
    meta[std::format("{}protocolVersion", meta_prefix)] = version;
    meta[std::format("{}clientCapabilities", meta_prefix)] = Json::object();
    meta[std::format("{}clientInfo", meta_prefix)] = client_info();
}

std::string name_in(const std::string& method, const Json& params) {
    const char* key = method == "resources/read"                          ? "uri"
                      : method == "tools/call" || method == "prompts/get" ? "name"
                                                                          : nullptr;
    if (key == nullptr || !params.is_object() || !params.contains(key) || !params[key].is_string()) {
        return {};
    }
    return params[key].get<std::string>();
}

// Bytes that are no UTF-8 cannot be JSON; they are replaced rather than refused.
std::string line_of(const Json& message) {
    return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// What is printed or copied later is visited by functions that call themselves.
bool is_deep(std::string_view text) {
    constexpr int max_depth = 256;
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\') {
            ++i;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '[' || c == '{') && ++depth > max_depth) {
            return true;
        } else if (!in_string && (c == ']' || c == '}')) {
            --depth;
        }
    }
    return false;
}

void read_error(const Json& error, Message& message) {
    message.kind = Message::Kind::error;
    if (!error.is_object()) {
        return;
    }
    if (const auto code = error.find("code"); code != error.end() && code->is_number()) {
        message.code = code->get<std::int64_t>();
    }
    if (const auto text = error.find("message"); text != error.end() && text->is_string()) {
        message.text = text->get<std::string>();
    }
    message.data = error.value("data", Json());
}

}  // namespace

Outgoing request(const Agreement& agreement, std::int64_t id, std::string method, Json params) {
    Json message{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
    if (method == "initialize") {
        params = {
            {"protocolVersion", agreement.version}, {"capabilities", Json::object()}, {"clientInfo", client_info()}};
    } else if (agreement.generation == Generation::modern) {
        put_meta(params, agreement.version);
    }
    std::string name = name_in(method, params);
    if (!params.is_null()) {
        message["params"] = std::move(params);
    }
    return {line_of(message), id, std::move(method), std::move(name)};
}

Outgoing notification(std::string method) {
    const Json message{{"jsonrpc", "2.0"}, {"method", method}};
    return {line_of(message), 0, std::move(method)};
}

std::string refusal_of(const Json& id) {
    return line_of(
        {{"jsonrpc", "2.0"},
         {"id", id},
         {"error", {{"code", error_code::method_not_found}, {"message", "mcpctl offers nothing to servers"}}}});
}

Message parse_message(std::string_view text) {
    Message message;
    Json json = is_deep(text) ? Json() : Json::parse(text, nullptr, false);
    if (!json.is_object()) {
        return message;
    }
    message.id = json.value("id", Json());
    if (const auto method = json.find("method"); method != json.end() && method->is_string()) {
        message.kind = message.id.is_null() ? Message::Kind::notification : Message::Kind::request;
        message.method = method->get<std::string>();
    } else if (const auto error = json.find("error"); error != json.end()) {
        read_error(*error, message);
    } else if (const auto result = json.find("result"); result != json.end()) {
        message.kind = Message::Kind::result;
        message.result = std::move(*result);
    }
    return message;
}

}  // namespace mcpctl::mcp
