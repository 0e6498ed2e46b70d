// "docker run …" as a container of mcpctl's.
#pragma once

#include <string>

#include "ctl/import/entry.hpp"

namespace mcpctl::ctl {

[[nodiscard]] bool is_engine_command(const std::string& command);

struct Container {
    std::string image;
    std::vector<std::string> arguments;  // for its entry point
    std::vector<Variable> environment;
    std::vector<std::string> environment_files;
    Json profile = Json::object();  // what the options ask of it
    std::string skip;               // why it cannot be done
};

// What is not plain is skipped with its reason: definitions hand no options to an engine.
[[nodiscard]] Container container_from(const Entry& entry);

}  // namespace mcpctl::ctl
