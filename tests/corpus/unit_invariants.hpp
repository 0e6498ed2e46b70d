// What holds for the unit of every accepted definition, checked without the project's own notion of plain text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/core/definitions.hpp"
#include "agent/systemd/unit_property.hpp"

namespace mcpctl::corpus {

// A text that can stand in a line of a unit file: plain, without a backslash, at most `most_bytes` long. Empty, or what
// is wrong with it.
[[nodiscard]] std::string line_text_violation(std::string_view text, std::size_t most_bytes);

// No string of these properties could leave its line, whatever was defined. Empty, or what is wrong.
[[nodiscard]] std::string escape_violation(const systemd::UnitProperties& properties, std::size_t most_bytes);

// Argv and environment are exactly these, apart from what the builder adds by itself; every other string is line text,
// and every property is one that the builder is known to set. Empty, or what is wrong.
[[nodiscard]] std::string unit_violation(const systemd::UnitProperties& properties,
                                         const std::vector<std::string>& argv, const Environment& environment);

}  // namespace mcpctl::corpus
