// What "server" and "profile" do alike.
#pragma once

#include <functional>
#include <string>

#include "base/error.hpp"
#include "ctl/context.hpp"

namespace mcpctl::ctl {

// A definition as the agent has it, in the wanted format.
[[nodiscard]] ExitCode print_definition(Context& context, const std::string& name, const std::string& json);

struct Removal {
    std::string name;
    bool yes = false;
    std::string question;
    std::string done;  // "Removed server x"
    std::function<Result<void>()> remove;
    std::function<std::vector<std::string>()> existing_names;
};
[[nodiscard]] ExitCode remove_definition(Context& context, const Removal& removal);

}  // namespace mcpctl::ctl
