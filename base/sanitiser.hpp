// Text from a workload, made harmless for whoever reads it: the one way out of the agent for what a workload wrote.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpctl {

// Removes escape sequences (CSI, OSC, DCS, APC and their like, also in their C1 forms), control characters,
// bidirectional overrides, noncharacters and invisible tag characters. A tab becomes a space, a line break inside the
// text a visible ␊ or ␍, invalid UTF-8 one U+FFFD per run of bytes. A string sequence without an end does not hide what
// follows. What is longer than `max_bytes` is cut between two characters and ends in "…".
[[nodiscard]] std::string sanitised(std::string_view raw, std::size_t max_bytes);

// The same without a limit, appended to `out` as the inside of a JSON string. One pass; clean text is copied in runs.
void append_as_json(std::string& out, std::string_view raw);

}  // namespace mcpctl
