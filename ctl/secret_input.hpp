// The value of a secret as it comes to the tool: typed, piped or from a file, never from the command line, which
// everybody on the machine can read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::ctl {

// As much as the agent keeps.
constexpr std::size_t max_secret_bytes = 16UL * 1024;

// Byte for byte from `file`, or from standard input where it is "-", or empty and standard input is no terminal. On a
// terminal somebody is asked for a line, which is not shown.
[[nodiscard]] Result<std::vector<std::uint8_t>> read_secret(const std::string& name, const std::string& file);

}  // namespace mcpctl::ctl
