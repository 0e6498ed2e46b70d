#include "ctl/import/secrecy.hpp"

#include <gtest/gtest.h>

namespace mcpctl::ctl {
namespace {

TEST(Secrecy, IsToldByAName) {
    for (const char* name : {"GITHUB_TOKEN", "API_KEY", "apiKey", "APIKEY", "X-Api-Key", "DB_PASSWORD", "client_secret",
                             "Authorization", "OPENAIKEY", "AWS_SECRET_ACCESS_KEY", "PASSPHRASE", "githubToken"}) {
        EXPECT_TRUE(is_secret_name(name)) << name;
    }
    for (const char* name : {"MAX_TOKENS", "KEY_FILE", "TOKEN_LIMIT", "TOKEN_URL", "KEYBOARD", "PATH", "HOME", "",
                             "MONKEY", "AUTHOR", "PATTERN", "--tokenizer-path", "LOG_LEVEL"}) {
        EXPECT_FALSE(is_secret_name(name)) << name;
    }
}

TEST(Secrecy, IsToldByTheLookOfAValue) {
    for (const char* value :
         {"sk-abcdef0123456789", "ghp_0123456789abcdef", "xoxb-1234-5678-abc", "AKIAIOSFODNN7EXAMPLE", "Bearer abc",
          "postgres://u:p@h/db", "-----BEGIN RSA PRIVATE KEY-----\nx", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x"}) {
        EXPECT_TRUE(is_secret_value(value)) << value;
    }
    for (const char* value : {"", "debug", "sk-", "https://example.org/a@b", "postgres://localhost/db", "http://u@h/",
                              "Bearer ${TOKEN}", "hf_", "secret_ is a word"}) {
        EXPECT_FALSE(is_secret_value(value)) << value;
    }
}

TEST(Secrecy, StandsForAValueThatIsMissing) {
    for (const char* value : {"<YOUR_TOKEN>", "YOUR_API_KEY", "your-key-here", "xxxx", "CHANGEME"}) {
        EXPECT_TRUE(is_placeholder(value)) << value;
    }
    for (const char* value : {"", "<", "ghp_0123456789", "yours"}) {
        EXPECT_FALSE(is_placeholder(value)) << value;
    }
}

TEST(Secrecy, IsFoundInArguments) {
    using Words = std::vector<std::string>;
    EXPECT_EQ(secret_argument({"--api-key", "abc"}), 1U);
    EXPECT_EQ(secret_argument({"x", "--token=abc"}), 1U);
    EXPECT_EQ(secret_argument({"--header", "Authorization: Bearer abc"}), 1U);
    EXPECT_EQ(secret_argument({"--header", "Authorization:Bearer abc"}), 1U);
    EXPECT_EQ(secret_argument({"postgresql://u:p@h/db"}), 0U);
    EXPECT_EQ(secret_argument({"API_KEY=abc"}), 0U);
    for (const Words& words : {Words{}, Words{"--header", "Authorization:${AUTH}"}, Words{"--key", "/etc/ssl/a.key"},
                               Words{"--token-file=/x"}, Words{"--token", "--verbose"}, Words{"--max-tokens", "100"},
                               Words{"-y", "@scope/server-token@1.0"}, Words{"http://localhost:3000/sse"}}) {
        EXPECT_EQ(secret_argument(words), std::nullopt) << (words.empty() ? "" : words.back());
    }
}

}  // namespace
}  // namespace mcpctl::ctl
