#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http-bridge/bearer.hpp"
#include "http-bridge/gateway.hpp"
#include "http-bridge/log_lines.hpp"
#include "http-bridge/prefer.hpp"

namespace mcpctl::http_bridge {
namespace {

using std::chrono::seconds;
using ::testing::Optional;

TEST(Bearer, IsATokenBehindTheScheme) {
    EXPECT_THAT(bearer_token("Bearer mcpctl_aB-_9"), Optional(std::string("mcpctl_aB-_9")));
    EXPECT_THAT(bearer_token("bearer x"), Optional(std::string("x")));
}

TEST(Bearer, IsNothingElse) {
    for (const char* header :
         {"", "Bearer", "Bearer ", "Basic eDp5", "Bearer a b", "Bearer \xff", "Bearer  a", "Bearera"}) {
        EXPECT_FALSE(bearer_token(header)) << header;
    }
    EXPECT_FALSE(bearer_token("Bearer " + std::string(257, 'a')));
}

TEST(PreferHeader, TellsHowLongToWait) {
    const auto prefer = parse_prefer("handling=lenient, wait=5 ,respond-async");
    ASSERT_TRUE(prefer);
    EXPECT_TRUE(prefer->respond_async);
    EXPECT_EQ(prefer->wait, seconds(5));
    EXPECT_EQ(parse_prefer("")->wait, default_wait);
}

TEST(PreferHeader, WithAWaitThatIsNoNumberIsRefused) {
    for (const char* header : {"wait=", "wait=-1", "wait=301", "wait=1e9", "wait=5s", "wait=99999999999999999999"}) {
        EXPECT_FALSE(parse_prefer(header)) << header;
    }
}

TEST(CursorOfALine, IsItsLastMember) {
    EXPECT_EQ(cursor_of(R"({"message":"x","cursor":"a-1"})"), "a-1");
    EXPECT_EQ(cursor_of(R"({"message":"\"cursor\":\"forged\"","cursor":"a-1"})"), "a-1");
    EXPECT_EQ(cursor_of(R"({"message":"\"cursor\":\"forged\""})"), "");
    EXPECT_EQ(cursor_of(""), "");
}

class HeadChecks : public ::testing::Test {
  protected:
    HeadChecks() {
        configuration_.origins = {"https://panel.example"};
        head_.method = "GET";
        head_.target = "/livez";
        head_.hosts = {"127.0.0.1:6270"};
    }
    // 0: nothing is wrong.
    unsigned refused() const {
        const auto response = refuse_head(head_, configuration_);
        return response ? response->status : 0;
    }

    Configuration configuration_;
    Head head_;
};

TEST_F(HeadChecks, LetListedHostsAndOriginsPass) {
    EXPECT_EQ(refused(), 0U);
    head_.origins = {"https://panel.example"};
    EXPECT_EQ(refused(), 0U);
}

TEST_F(HeadChecks, CompareHostsExactly) {
    for (const char* host : {"evil.example", "127.0.0.1", "127.0.0.1:6270.evil.example", "LOCALHOST:6270", ""}) {
        head_.hosts = {host};
        EXPECT_EQ(refused(), 421U) << host;
    }
}

TEST_F(HeadChecks, WantOneHost) {
    head_.hosts = {};
    EXPECT_EQ(refused(), 400U);
    head_.hosts = {"127.0.0.1:6270", "127.0.0.1:6270"};
    EXPECT_EQ(refused(), 400U);
}

TEST_F(HeadChecks, CompareOriginsExactly) {
    for (const char* origin : {"null", "http://panel.example", "https://panel.example.evil.example", ""}) {
        head_.origins = {origin};
        EXPECT_EQ(refused(), 403U) << origin;
    }
}

TEST_F(HeadChecks, RefuseBodiesThatCouldBeReadInTwoWays) {
    head_.has_transfer_encoding = true;
    EXPECT_EQ(refused(), 411U);
    head_.has_transfer_encoding = false;
    head_.content_encoding = "gzip";
    EXPECT_EQ(refused(), 415U);
}

}  // namespace
}  // namespace mcpctl::http_bridge
