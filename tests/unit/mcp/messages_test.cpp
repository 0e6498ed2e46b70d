#include "mcp/messages.hpp"

#include <gtest/gtest.h>

namespace mcpctl::mcp {
namespace {

using Kind = Message::Kind;

TEST(Requests, OfTheModernGenerationSayWhatTheySpeak) {
    const Outgoing sent = request({}, 7, "tools/call", {{"name", "echo"}, {"arguments", {{"message", "hi"}}}});
    EXPECT_EQ(sent.id, 7);
    EXPECT_EQ(sent.name, "echo");
    const Json json = Json::parse(sent.text);
    EXPECT_EQ(json["params"]["arguments"]["message"], "hi");
    EXPECT_EQ(json["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"], "2026-07-28");
    EXPECT_EQ(json["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"], Json::object());
    EXPECT_FALSE(sent.text.contains('\n'));
}

TEST(Requests, KeepWhatTheCallerPutIntoMeta) {
    const Json json = Json::parse(request({}, 1, "tools/list", {{"_meta", {{"progressToken", 3}}}}).text);
    EXPECT_EQ(json["params"]["_meta"]["progressToken"], 3);
    EXPECT_TRUE(json["params"]["_meta"].contains("io.modelcontextprotocol/protocolVersion"));
}

TEST(Requests, OfTheLegacyGenerationCarryNothingElse) {
    const Agreement legacy{Generation::legacy, "2025-11-25"};
    EXPECT_EQ(Json::parse(request(legacy, 2, "ping", {}).text),
              Json::parse(R"({"jsonrpc":"2.0","id":2,"method":"ping"})"));
    EXPECT_EQ(Json::parse(request(legacy, 1, "initialize", {}).text)["params"]["protocolVersion"], "2025-11-25");
    EXPECT_EQ(request(legacy, 1, "resources/read", {{"uri", "a:b"}}).name, "a:b");
}

TEST(Messages, AreToldApart) {
    EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","id":1,"result":{}})").kind, Kind::result);
    EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","id":"a","method":"roots/list"})").kind, Kind::request);
    EXPECT_EQ(parse_message(R"({"jsonrpc":"2.0","method":"notifications/message"})").kind, Kind::notification);
    const Message error = parse_message(R"({"id":1,"error":{"code":-32601,"message":"no","data":{"a":1}}})");
    EXPECT_EQ(error.kind, Kind::error);
    EXPECT_EQ(error.code, -32601);
    EXPECT_EQ(error.text, "no");
    EXPECT_EQ(error.data["a"], 1);
}

TEST(Messages, AnswerOnlyTheRequestWhoseIdTheyHave) {
    EXPECT_TRUE(parse_message(R"({"id":1,"result":{}})").answers(1));
    EXPECT_FALSE(parse_message(R"({"id":"1","result":{}})").answers(1));
    EXPECT_FALSE(parse_message(R"({"id":1,"method":"ping"})").answers(1));
}

TEST(Messages, ThatAreNoneAreInvalid) {
    for (const char* text : {"", "hello", "[]", "3", "{}", R"({"id":1})", "{\"id\":1,\"result\":"}) {
        EXPECT_EQ(parse_message(text).kind, Kind::invalid) << text;
    }
    EXPECT_EQ(parse_message(R"({"id":1,"error":"not an object"})").kind, Kind::error);
    EXPECT_EQ(parse_message(R"({"id":1,"error":{"code":"x","message":7}})").code, 0);
}

TEST(Messages, ThatAreDeeperThanTheStackAreInvalid) {
    const std::string deep = "{\"id\":1,\"result\":" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}";
    EXPECT_EQ(parse_message(deep).kind, Kind::invalid);
    const std::string brackets = R"({"id":1,"result":{"text":")" + std::string(1000, '[') + R"(\"{"}})";
    EXPECT_EQ(parse_message(brackets).kind, Kind::result);
}

TEST(Refusals, CarryTheIdAsItCame) {
    EXPECT_EQ(Json::parse(refusal_of("a-1"))["id"], "a-1");
    EXPECT_EQ(Json::parse(refusal_of(3))["error"]["code"], -32601);
}

}  // namespace
}  // namespace mcpctl::mcp
