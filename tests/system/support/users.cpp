#include "tests/system/support/users.hpp"

#include <gtest/gtest.h>

namespace mcpctl::test {

void User::make() const {
    std::vector<std::string> lines{"u " + name + " - \"\" /var/empty /bin/bash"};
    for (const std::string& group : groups) {
        lines.insert(lines.begin(), "g " + group + " -");
        lines.push_back("m " + name + " " + group);
    }
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    const Output made = mcpctl::test::run({"systemd-sysusers", "-"}, text);
    ASSERT_EQ(made.status, 0) << made.err;
}

std::vector<std::string> User::command(std::vector<std::string> command) const {
    command.insert(command.begin(), {"setpriv", "--reuid=" + name, "--regid=" + name, "--init-groups", "--"});
    return command;
}

Output User::run(std::vector<std::string> wanted) const {
    return mcpctl::test::run(command(std::move(wanted)));
}

Process User::start(std::vector<std::string> wanted) const {
    return Process(command(std::move(wanted)));
}

}  // namespace mcpctl::test
