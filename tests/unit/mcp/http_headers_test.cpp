#include "mcp/http_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mcpctl::mcp {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

TEST(HeaderValues, AreEncodedWhereAHeaderCouldNotHoldThem) {
    EXPECT_EQ(header_value("echo"), "echo");
    EXPECT_EQ(header_value("a b"), "a b");
    EXPECT_EQ(header_value("a\r\nHost: evil"), "=?base64?YQ0KSG9zdDogZXZpbA==?=");
    EXPECT_EQ(header_value(" a"), "=?base64?IGE=?=");
    EXPECT_EQ(header_value("abä"), "=?base64?YWLDpA==?=");
    EXPECT_EQ(header_value("ä\n"), "=?base64?w6QK?=");
    EXPECT_EQ(header_value("=?base64?YQ==?="), "=?base64?PT9iYXNlNjQ/WVE9PT89?=");
}

TEST(Headers, OfAModernRequestMirrorItsBody) {
    const auto headers = headers_for({}, request({}, 1, "tools/call", {{"name", "echo"}}), "ignored");
    EXPECT_THAT(headers, Contains(Pair("MCP-Protocol-Version", "2026-07-28")));
    EXPECT_THAT(headers, Contains(Pair("Mcp-Method", "tools/call")));
    EXPECT_THAT(headers, Contains(Pair("Mcp-Name", "echo")));
    EXPECT_THAT(headers, Not(Contains(Key("Mcp-Session-Id"))));
}

TEST(Headers, OfALegacyRequestNameVersionAndSessionAfterTheHandshake) {
    const Agreement legacy{Generation::legacy, "2025-06-18"};
    EXPECT_THAT(headers_for(legacy, request(legacy, 1, "initialize", {}), ""),
                Not(Contains(Key("MCP-Protocol-Version"))));
    const auto headers = headers_for(legacy, request(legacy, 2, "ping", {}), "abc");
    EXPECT_THAT(headers, Contains(Pair("MCP-Protocol-Version", "2025-06-18")));
    EXPECT_THAT(headers, Contains(Pair("Mcp-Session-Id", "abc")));
    EXPECT_THAT(headers, Not(Contains(Key("Mcp-Method"))));
}

TEST(ParameterHeaders, FollowTheSchema) {
    const Json schema = Json::parse(R"({"properties": {
        "region": {"type": "string", "x-mcp-header": "Region"},
        "count": {"type": "integer", "x-mcp-header": "Count"},
        "dry": {"type": "boolean", "x-mcp-header": "Dry"},
        "absent": {"type": "string", "x-mcp-header": "Absent"},
        "null": {"type": "string", "x-mcp-header": "Null"},
        "bad": {"type": "string", "x-mcp-header": "Bad\r\nName"},
        "plain": {"type": "string"},
        "inner": {"type": "object", "properties": {"zone": {"type": "string", "x-mcp-header": "Zone"}}}}})");
    const Json arguments = Json::parse(
        R"({"region": "eu", "count": 42, "dry": true, "null": null, "bad": "x", "plain": "y", "inner": {"zone": "ü"}})");
    EXPECT_EQ(parameter_headers(schema, arguments), (Headers{{"Mcp-Param-Region", "eu"},
                                                             {"Mcp-Param-Count", "42"},
                                                             {"Mcp-Param-Dry", "true"},
                                                             {"Mcp-Param-Zone", "=?base64?w7w=?="}}));
    EXPECT_TRUE(parameter_headers(Json::parse(R"({"properties": 3})"), arguments).empty());
    EXPECT_TRUE(parameter_headers(Json(), arguments).empty());
}

}  // namespace
}  // namespace mcpctl::mcp
