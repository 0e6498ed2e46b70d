#include "ctl/output/tool_result.hpp"

#include <format>
#include <nlohmann/json.hpp>

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::ordered_json;

std::string with_newline(std::string text) {
    if (!text.empty() && !text.ends_with('\n')) {
        text += '\n';
    }
    return text;
}

std::string described(const Json& content) {
    const std::string type = text_at(content, "type");
    if (type == "text") {
        return text_at(content, "text");
    }
    if (type == "resource" && content.contains("resource")) {
        const Json& resource = content["resource"];
        const std::string text = text_at(resource, "text");
        return text.empty() ? std::format("[resource {}]", text_at(resource, "uri")) : text;
    }
    if (type == "resource_link") {
        return std::format("[resource {}]", text_at(content, "uri"));
    }
    const std::size_t bytes = text_at(content, "data").size() / 4 * 3;
    return std::format("[{} {}, about {} bytes]", type, text_at(content, "mimeType"), bytes);
}

// Some servers wrap their text into an object with one member, because a structured result must be an object.
bool wraps(const Json& structured, const std::string& text) {
    return structured.is_object() && structured.size() == 1 && structured.front().is_string() &&
           with_newline(structured.front().get<std::string>()) == text;
}

}  // namespace

std::string text_at(const Json& object, const char* key) {
    if (!object.is_object()) {
        return {};
    }
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string tool_result_text(const Json& result) {
    if (!result.is_object()) {
        return {};
    }
    const Json structured = result.value("structuredContent", Json());
    const Json contents = result.value("content", Json::array());
    std::string text;
    for (const Json& content : contents) {
        if (!content.is_object()) {
            continue;
        }
        const std::string part = described(content);
        // Servers repeat the structured result as text, for older clients.
        const bool repeated =
            !structured.is_null() && nlohmann::json::parse(part, nullptr, false) == nlohmann::json(structured);
        text += repeated ? "" : with_newline(part);
    }
    if (!structured.is_null() && !wraps(structured, text)) {
        text += structured.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
    }
    return text;
}

}  // namespace mcpctl::ctl
