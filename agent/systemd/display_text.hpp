// Text from a workload, made harmless for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace mcpctl::systemd {

// Removes escape sequences (CSI, OSC, DCS and their like, also in their C1 forms), control characters, bidirectional
// overrides, noncharacters and invalid UTF-8; a tab becomes a space. What is longer than `max_bytes` is cut between two
// characters and ends in "…".
[[nodiscard]] std::string display_text(std::string_view raw, std::size_t max_bytes);

}  // namespace mcpctl::systemd
