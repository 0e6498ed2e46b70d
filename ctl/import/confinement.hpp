// What the sandbox's defaults would break for a server, and the settings that keep it working.
#pragma once

#include <string>
#include <vector>

#include "ctl/import/entry.hpp"
#include "ctl/import/machine.hpp"

namespace mcpctl::ctl {

// Sets the profile's network and paths as far as the command tells what it needs, and says so in `notes`. `mentioned`
// is what else may hold paths: the values of variables.
void confine(const Machine& machine, const std::vector<std::string>& command, const std::vector<std::string>& mentioned,
             Json& profile, std::vector<std::string>& notes);

// "npx" where the command fetches packages when it is started, else empty.
[[nodiscard]] std::string fetching_program(const std::vector<std::string>& command);

}  // namespace mcpctl::ctl
