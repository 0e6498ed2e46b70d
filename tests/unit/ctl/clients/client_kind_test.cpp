#include "ctl/clients/client_kind.hpp"

#include <gtest/gtest.h>

#include <map>

namespace mcpctl::ctl {
namespace {

std::string file_of(ClientKind client, const std::map<std::string, std::string>& variables) {
    const auto file = configuration_file(client, [&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    return file.value_or("none");
}

TEST(ClientKind, HasItsFileWhereItsUserHasIt) {
    const std::map<std::string, std::string> alice{{"HOME", "/home/alice"}};
    EXPECT_EQ(file_of(ClientKind::claude_desktop, alice), "/home/alice/.config/Claude/claude_desktop_config.json");
    EXPECT_EQ(file_of(ClientKind::claude_code, alice), "/home/alice/.claude.json");
    EXPECT_EQ(file_of(ClientKind::vscode, alice), "/home/alice/.config/Code/User/mcp.json");
    EXPECT_EQ(file_of(ClientKind::cursor, alice), "/home/alice/.cursor/mcp.json");
    EXPECT_EQ(file_of(ClientKind::vscode, {{"HOME", "/home/alice"}, {"XDG_CONFIG_HOME", "/c"}}),
              "/c/Code/User/mcp.json");
    EXPECT_EQ(file_of(ClientKind::cursor, {}), "none");
}

TEST(ClientKind, OpensSessionsWithAnInstance) {
    const auto entry = entry_for(ClientKind::claude_desktop, "files");
    EXPECT_EQ(entry.dump(), R"({"command":"mcpctl","args":["connect","files"]})");
    EXPECT_EQ(entry_for(ClientKind::vscode, "files").dump(),
              R"({"type":"stdio","command":"mcpctl","args":["connect","files"]})");
    EXPECT_EQ(section_of(ClientKind::vscode), "servers");
    EXPECT_EQ(section_of(ClientKind::cursor), "mcpServers");
}

TEST(ClientKind, KnowsEntriesOfOurs) {
    EXPECT_EQ(connected_instance("mcpctl", {"connect", "files"}), "files");
    EXPECT_EQ(connected_instance("/usr/bin/mcpctl", {"--connection", "bus", "connect", "files"}), "files");
    EXPECT_EQ(connected_instance("mcpctl", {"connect"}), "");
    EXPECT_EQ(connected_instance("npx", {"connect", "files"}), "");
}

}  // namespace
}  // namespace mcpctl::ctl
