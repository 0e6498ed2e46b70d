// The token that a far agent knows us by. It comes from a file or the environment, never from an argument, which
// everybody on the machine can read.
#pragma once

#include <string>

#include "base/error.hpp"

namespace mcpctl::ctl::far {

// From `file`; where that is empty from MCPCTL_TOKEN; where that is empty too from mcpctl/token in the user's
// configuration directory. AccessDenied for a file that others may read or write.
[[nodiscard]] Result<std::string> find_token(const std::string& file);

[[nodiscard]] Result<std::string> read_token_file(const std::string& file);

}  // namespace mcpctl::ctl::far
