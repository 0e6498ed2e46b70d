// Does what a plan says, and takes it back where a part of it fails.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "ctl/import/plan.hpp"

namespace mcpctl::ctl {

// What an import asks of the agent. Definitions are JSON texts.
struct AgentSteps {
    using Step = std::function<Result<void>(const std::string&)>;
    using Text = std::function<Result<std::string>(const std::string&)>;

    Step add_server;
    Step add_profile;
    Step remove_server;
    Step remove_profile;
    Step remove_secret;
    std::function<Result<void>(const std::string& name, const std::vector<std::uint8_t>& value)> set_secret;
    Text server_definition;
    Text profile_definition;
    // Asked between steps: true ends the import.
    std::function<bool()> interrupted;
};

// All or nothing, as far as that can be: the value of a secret that was set before cannot be had back, so those are set
// last. The error says what could not be taken back.
[[nodiscard]] Result<void> apply_plan(const Plan& plan, const AgentSteps& agent);

}  // namespace mcpctl::ctl
