// "Did you mean": private to this room.
#pragma once

#include <span>
#include <string_view>

namespace mcpctl {

// The candidate that a typing mistake could have turned into `text`; empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates);

}  // namespace mcpctl
