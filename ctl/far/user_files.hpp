// Where files of the user's are, as the XDG Base Directory Specification has it.
#pragma once

#include <string>

namespace mcpctl::ctl::far {

// $XDG_CONFIG_HOME/mcpctl/NAME, else ~/.config/mcpctl/NAME; empty where the user has no home.
[[nodiscard]] std::string configuration_file(const std::string& name);
// $XDG_CACHE_HOME/mcpctl/NAME, else ~/.cache/mcpctl/NAME.
[[nodiscard]] std::string cache_file(const std::string& name);

}  // namespace mcpctl::ctl::far
