#include "ctl/far/token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "ctl/far/access.hpp"
#include "tests/unit/ctl/far/environment.hpp"

namespace mcpctl::ctl::far {
namespace {

using ::testing::HasSubstr;

class TokenOfAFarMachine : public ::testing::Test {
  protected:
    std::string write(const std::string& name, const std::string& text, mode_t mode) {
        const std::string file = environment.path(name);
        std::filesystem::create_directories(std::filesystem::path(file).parent_path());
        std::ofstream(file) << text;
        EXPECT_EQ(::chmod(file.c_str(), mode), 0);
        return file;
    }
    Environment environment;
};

TEST_F(TokenOfAFarMachine, ComesFromAFileThatNobodyElseCanRead) {
    EXPECT_EQ(find_token(write("token", "mcp_abc\n", 0600)), "mcp_abc");
    EXPECT_EQ(find_token(write("token", "mcp_abc", 0400)), "mcp_abc");
}

TEST_F(TokenOfAFarMachine, IsRefusedFromAFileThatOthersCanRead) {
    for (const mode_t mode : {0640, 0604, 0620, 0602, 0644, 0666, 0610}) {
        const auto token = find_token(write("token", "mcp_abc\n", mode));
        ASSERT_FALSE(token) << std::oct << mode;
        EXPECT_EQ(token.error().code, ErrorCode::AccessDenied);
        EXPECT_THAT(token.error().hint, HasSubstr("chmod 600"));
    }
}

TEST_F(TokenOfAFarMachine, ComesFromTheEnvironmentBeforeTheUsualFile) {
    write("config/mcpctl/token", "of-the-file", 0600);
    EXPECT_EQ(find_token({}), "of-the-file");
    environment.set("MCPCTL_TOKEN", "of-the-variable");
    EXPECT_EQ(find_token({}), "of-the-variable");
    EXPECT_EQ(find_token(write("named", "of-the-named-file", 0600)), "of-the-named-file");
}

TEST_F(TokenOfAFarMachine, IsRefusedFromTheUsualFileTooWhereOthersCanReadIt) {
    write("config/mcpctl/token", "of-the-file", 0644);
    EXPECT_EQ(find_token({}).error().code, ErrorCode::AccessDenied);
}

TEST_F(TokenOfAFarMachine, IsMissedWithAWordOnHowToGiveIt) {
    const auto token = find_token({});
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, ErrorCode::InvalidArgument);
    EXPECT_THAT(token.error().hint, HasSubstr("--token-file"));
    EXPECT_EQ(find_token(environment.path("none")).error().code, ErrorCode::NotFound);
}

TEST_F(TokenOfAFarMachine, IsOneWordThatFitsAHeader) {
    EXPECT_FALSE(find_token(write("token", "", 0600)));
    EXPECT_FALSE(find_token(write("token", "a b", 0600)));
    EXPECT_FALSE(find_token(write("token", "a\r\nX-Other: b", 0600)));
    EXPECT_FALSE(find_token(write("token", std::string(5000, 'a'), 0600)));
}

TEST_F(TokenOfAFarMachine, IsSentInTheClearOnlyWhereNobodyListensOrWhereThatIsWanted) {
    environment.set("MCPCTL_TOKEN", "secret");
    EXPECT_TRUE(access_from({.host = "http://127.0.0.1:6270"}));
    EXPECT_TRUE(access_from({.host = "https://panel.example"}));
    const auto refused = access_from({.host = "http://panel.example"});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().hint, HasSubstr("--insecure-http"));
    EXPECT_TRUE(access_from({.host = "http://panel.example", .insecure_http = true}));
}

TEST_F(TokenOfAFarMachine, HasNoPasswordOfAProxyBesideItOnTheCommandLine) {
    environment.set("MCPCTL_TOKEN", "secret");
    const auto refused = access_from({.host = "https://panel.example", .proxy = "http://me:secret@proxy:3128"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "--proxy");
    EXPECT_TRUE(access_from({.host = "https://panel.example", .proxy = "http://proxy:3128"}));
}

TEST_F(TokenOfAFarMachine, TrustsWhomSslCertFileNames) {
    environment.set("MCPCTL_TOKEN", "secret");
    const std::string file = write("ca.pem", "", 0644);
    environment.set("SSL_CERT_FILE", file);
    EXPECT_EQ(access_from({.host = "https://panel.example"})->ca_file, file);
    EXPECT_FALSE(access_from({.host = "https://panel.example", .ca_file = environment.path("none")}));
}

}  // namespace
}  // namespace mcpctl::ctl::far
