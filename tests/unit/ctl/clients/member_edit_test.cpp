#include "ctl/clients/member_edit.hpp"

#include <gmock/gmock.h>

#include "ctl/clients/jsonc.hpp"

namespace mcpctl::ctl {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

const Member files{"files", {{"command", "mcpctl"}}};

std::string edited(std::string_view text, const std::vector<Member>& members = {files}) {
    const auto result = with_members(text, "FILE", "mcpServers", members);
    EXPECT_TRUE(result) << (result ? "" : result.error().reason);
    return result.value_or("");
}

TEST(MemberEdit, KeepsCommentsAndOtherKeysAndAddsBehindTheLast) {
    EXPECT_EQ(edited(R"({
    // mine
    "theme": "dark",
    "mcpServers": {
        // first
        "a": {"command": "x"} // behind a
    }, // behind all
    "last": [1, 2,]
}
)"),
              R"({
    // mine
    "theme": "dark",
    "mcpServers": {
        // first
        "a": {"command": "x"}, // behind a
        "files": {
            "command": "mcpctl"
        }
    }, // behind all
    "last": [1, 2,]
}
)");
}

TEST(MemberEdit, ReplacesAValueInItsPlace) {
    EXPECT_EQ(edited("{\n  \"mcpServers\": {\n    \"files\": {\"old\": 1}, // note\n    \"b\": {}\n  }\n}"),
              "{\n  \"mcpServers\": {\n    \"files\": {\n      \"command\": \"mcpctl\"\n    }, // note\n    \"b\": "
              "{}\n  }\n}");
}

TEST(MemberEdit, KeepsTabsCarriageReturnsAndTrailingCommas) {
    EXPECT_EQ(edited("{\r\n\t\"mcpServers\": {\r\n\t\t\"a\": {},\r\n\t},\r\n}\r\n"),
              "{\r\n\t\"mcpServers\": {\r\n\t\t\"a\": {},\r\n\t\t\"files\": {\r\n\t\t\t\"command\": "
              "\"mcpctl\"\r\n\t\t}\r\n\t},\r\n}\r\n");
}

TEST(MemberEdit, MakesWhatIsMissing) {
    const Json expected = Json::parse(R"({"mcpServers": {"files": {"command": "mcpctl"}}})");
    for (const char* text : {"", "  \n", "{}", "{\n}", "{ // nothing yet\n}", "{\"mcpServers\": {}}",
                             "{\"mcpServers\": {/* none */}}", "{\"mcpServers\":{\n}\n}"}) {
        const auto document = parse_jsonc(edited(text), "edited");
        ASSERT_TRUE(document) << text;
        EXPECT_EQ(*document, expected) << text;
    }
    EXPECT_EQ(edited("{}"), "{\n  \"mcpServers\": {\n    \"files\": {\n      \"command\": \"mcpctl\"\n    }\n  }\n}");
    EXPECT_THAT(edited("{ // nothing yet\n}"), HasSubstr("// nothing yet"));
    EXPECT_THAT(edited("{\"a\": \"}\", \"b\": 1.5e3}"), HasSubstr(R"("b": 1.5e3,)"));
}

TEST(MemberEdit, AddsSeveral) {
    const Json document = Json::parse(edited("{\"x\": {\"mcpServers\": 1}}", {files, {"b", "é\n\"}"}}));
    EXPECT_EQ(document["mcpServers"]["b"], "é\n\"}");
    EXPECT_EQ(document["x"]["mcpServers"], 1);
    EXPECT_EQ(document["mcpServers"].size(), 2U);
}

TEST(MemberEdit, TakesTheLastOfSeveralAsParsersDo) {
    const auto document = parse_jsonc(edited(R"({"mcpServers": {"files": 1, "files": 2}})"), "edited");
    ASSERT_TRUE(document);
    EXPECT_EQ((*document)["mcpServers"]["files"]["command"], "mcpctl");
}

TEST(MemberEdit, RefusesWhatIsNoConfiguration) {
    for (const char* text : {"[]", "1", "{\"mcpServers\": []}", "{\"mcpServers\": null}", "{", "{\"a\": 1 \"b\"}"}) {
        const auto result = with_members(text, "FILE", "mcpServers", {files});
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument) << text;
    }
}

}  // namespace
}  // namespace mcpctl::ctl
