// envFile of VS Code and Cursor, --env-file of engines: NAME=VALUE, one a line.
#pragma once

#include <string_view>
#include <vector>

#include "ctl/import/entry.hpp"

namespace mcpctl::ctl {

// Comments, "export " in front, and quotes around a value are understood; other lines are left out.
[[nodiscard]] std::vector<Variable> variables_in(std::string_view text);

}  // namespace mcpctl::ctl
