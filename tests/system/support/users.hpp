// Ordinary users of the machine.
#pragma once

#include <string>
#include <vector>

#include "tests/system/support/process.hpp"

namespace mcpctl::test {

// A user that is made when it is first needed and stays: the machine is thrown away.
struct User {
    std::string name;
    std::vector<std::string> groups = {};

    void make() const;
    // What to put before a command to run it as this user.
    [[nodiscard]] std::vector<std::string> command(std::vector<std::string> command) const;
    [[nodiscard]] Output run(std::vector<std::string> command) const;
    [[nodiscard]] Process start(std::vector<std::string> command) const;
};

}  // namespace mcpctl::test
