#include "ctl/import/sources.hpp"

namespace mcpctl::ctl {
namespace {

void read_inputs(const Json& document, Source& source) {
    if (!document.contains("inputs") || !document["inputs"].is_array()) {
        return;
    }
    for (const Json& value : document["inputs"]) {
        if (!value.is_object() || text_in(value, "id").empty()) {
            continue;
        }
        Input& input = source.inputs[text_in(value, "id")];
        input.description = text_in(value, "description");
        input.secret = value.contains("password") && value["password"] == true;
        if (value.contains("default") && value["default"].is_string()) {
            input.fallback = value["default"].get<std::string>();
        }
    }
}

}  // namespace

void read_vscode(const Json& document, const std::string& workspace, Source& source) {
    if (!document.contains("servers") || !document["servers"].is_object()) {
        return;
    }
    read_inputs(document, source);
    for (const auto& [name, value] : document["servers"].items()) {
        source.entries.push_back(read_client_entry(name, value, workspace));
    }
}

}  // namespace mcpctl::ctl
