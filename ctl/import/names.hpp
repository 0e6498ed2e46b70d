// Names as mcpctl has them, out of those that other programs allow.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace mcpctl::ctl {

// Lower-case letters, digits and dashes, at most 63, not like an id; "server" where nothing is left.
[[nodiscard]] std::string plain_name(std::string_view text);
// The same with a number behind it where it is taken; it is taken from then on.
[[nodiscard]] std::string unique_name(std::string_view text, std::set<std::string>& taken);
// PERPLEXITY_KEY for perplexity-key.
[[nodiscard]] std::string variable_name(std::string_view text);

}  // namespace mcpctl::ctl
