#include "ctl/import/names.hpp"

#include <gtest/gtest.h>

namespace mcpctl::ctl {
namespace {

TEST(PlainName, IsOneThatTheAgentTakes) {
    EXPECT_EQ(plain_name("Everything Server"), "everything-server");
    EXPECT_EQ(plain_name("@scope/Server_1.0"), "scope-server-1-0");
    EXPECT_EQ(plain_name("--x--"), "x");
    EXPECT_EQ(plain_name("é"), "server");
    EXPECT_EQ(plain_name(""), "server");
    EXPECT_EQ(plain_name(std::string(62, 'a') + "/b"), std::string(62, 'a'));
    EXPECT_EQ(plain_name(std::string(100, 'a')).size(), 63U);
}

TEST(PlainName, IsNoId) {
    EXPECT_EQ(plain_name("0123456789abcdef0123456789abcdef"), "server-0123456789abcdef0123456789abcdef");
    EXPECT_EQ(plain_name("01234567-89ab-4def-8123-456789abcdef"), "server-01234567-89ab-4def-8123-456789abcdef");
}

TEST(UniqueName, IsNumberedWhereItIsTaken) {
    std::set<std::string> taken;
    EXPECT_EQ(unique_name("A", taken), "a");
    EXPECT_EQ(unique_name("a!", taken), "a-2");
    EXPECT_EQ(unique_name("a", taken), "a-3");
    EXPECT_EQ(unique_name(std::string(63, 'b'), taken).size(), 63U);
    EXPECT_EQ(unique_name(std::string(63, 'b'), taken), std::string(61, 'b') + "-2");
}

TEST(VariableName, IsInUpperCase) {
    EXPECT_EQ(variable_name("perplexity-key"), "PERPLEXITY_KEY");
    EXPECT_EQ(variable_name("1st"), "_1ST");
}

}  // namespace
}  // namespace mcpctl::ctl
