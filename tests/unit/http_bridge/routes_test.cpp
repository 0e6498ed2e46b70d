#include "http-bridge/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "http-bridge/start_request.hpp"

namespace mcpctl::http_bridge {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

TEST(Routes, AreFoundWithTheirSubject) {
    const Found found = find_route("GET", {"api", "instances", "files", "health", "ready"});
    ASSERT_NE(found.route, nullptr);
    EXPECT_EQ(found.route->scope, "view");
    EXPECT_EQ(found.subject, "files");
}

TEST(Routes, TellWhichMethodsThereAre) {
    const Found found = find_route("PATCH", {"api", "instances", "files"});
    EXPECT_EQ(found.route, nullptr);
    EXPECT_THAT(found.allowed, HasSubstr("DELETE"));
    EXPECT_EQ(find_route("GET", {"api"}).allowed, "");
    EXPECT_EQ(find_route("GET", {}).allowed, "");
}

TEST(Routes, ThatChangeSomethingTakeControl) {
    for (const Route& route : routes()) {
        if (route.method != "GET") {
            EXPECT_EQ(route.scope, "control") << route.pattern;
        } else {
            EXPECT_THAT(route.scope, AnyOf("", "view", "logs", no_token)) << route.pattern;
        }
    }
}

TEST(Routes, RefuseParametersThatTheyDoNotKnow) {
    const Found found = find_route("GET", {"api", "instances"});
    EXPECT_TRUE(check_parameters(*found.route, {.segments = {}, .query = {{"state", "running"}}}));
    const auto refused = check_parameters(*found.route, {.segments = {}, .query = {{"colour", "red"}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "colour");
}

TEST(StartRequest, NamesAProfile) {
    const auto request = parse_start_request("application/json; charset=utf-8", R"({"profileName":"a","name":"b"})");
    ASSERT_TRUE(request) << request.error().reason;
    EXPECT_EQ(request->profile, "a");
    EXPECT_EQ(request->name, "b");
}

TEST(StartRequest, OfAnotherShapeIsRefused) {
    for (const char* body : {"", "{", "[]", "null", "{}", R"({"profileName":1})", R"({"profileName":""})",
                             R"({"profileName":"a","profileId":"a"})", R"({"profileName":"a","colour":1})",
                             R"({"name":"b"})", "{\"profileName\":\"a\xff\"}"}) {
        EXPECT_FALSE(parse_start_request("application/json", body)) << body;
    }
    EXPECT_FALSE(parse_start_request("text/plain", R"({"profileName":"a"})"));
}

}  // namespace
}  // namespace mcpctl::http_bridge
