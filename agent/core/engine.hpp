// A container engine as the configuration names it.
#pragma once

#include <string>
#include <vector>

namespace mcpctl {

struct Engine {
    std::string name;    // [engines.NAME]
    std::string socket;  // of its API, which speaks as Docker's does
    friend bool operator==(const Engine&, const Engine&) = default;
};

// In the order in which they are asked where a profile names none.
using Engines = std::vector<Engine>;

}  // namespace mcpctl
