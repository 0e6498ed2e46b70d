// What a tool returned, for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mcpctl::ctl {

// Texts as they are, a structured result as JSON unless a text says the same, and a word about everything else. Not
// made safe for a terminal yet. Ends with a newline where it is not empty.
[[nodiscard]] std::string tool_result_text(const nlohmann::ordered_json& result);

// The member as text; empty where it is none.
[[nodiscard]] std::string text_at(const nlohmann::ordered_json& object, const char* key);

}  // namespace mcpctl::ctl
