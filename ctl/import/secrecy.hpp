// Whether a value is a secret, as far as its name and its look tell.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpctl::ctl {

// GITHUB_TOKEN, apiKey, X-Api-Key, but not MAX_TOKENS, KEY_FILE or KEYBOARD.
[[nodiscard]] bool is_secret_name(std::string_view name);
// What services begin their keys with, private keys, JSON web tokens, URLs with a password in them.
[[nodiscard]] bool is_secret_value(std::string_view value);
// A value that stands for one that somebody has to fill in: <your-token>, YOUR_API_KEY.
[[nodiscard]] bool is_placeholder(std::string_view value);

// The first argument that holds a secret, alone or behind the flag that says so.
[[nodiscard]] std::optional<std::size_t> secret_argument(const std::vector<std::string>& arguments);

}  // namespace mcpctl::ctl
