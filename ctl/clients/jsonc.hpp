// JSON with comments and trailing commas, as people write the files of MCP clients.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl::ctl {

// The same text with spaces in the place of what JSON does not have, so that lines and offsets stay those of the file.
struct PlainJson {
    std::string without_comments;
    std::string strict;  // and without trailing commas
};

// Refuses a comment without an end, and objects and arrays that are nested too deeply for anybody to have meant it.
[[nodiscard]] Result<PlainJson> plain_json(std::string_view text);

// `name` is what the text is called in errors, which say line and column, and nothing of the content: that may be a
// secret.
[[nodiscard]] Result<nlohmann::ordered_json> parse_jsonc(std::string_view text, std::string_view name);

}  // namespace mcpctl::ctl
