#include "ctl/output/tool_result.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

std::string text_of(const char* json) {
    return tool_result_text(nlohmann::ordered_json::parse(json));
}

TEST(AToolResult, IsItsTexts) {
    EXPECT_EQ(text_of(R"({"content": [{"type": "text", "text": "one\ntwo"}, {"type": "text", "text": "three\n"}]})"),
              "one\ntwo\nthree\n");
}

TEST(AToolResult, IsShownOnceWhenTheTextRepeatsTheStructuredResult) {
    EXPECT_EQ(
        text_of(
            R"({"content": [{"type": "text", "text": "{\"b\":1, \"a\":2}"}], "structuredContent": {"a": 2, "b": 1}})"),
        "{\n  \"a\": 2,\n  \"b\": 1\n}\n");
    EXPECT_EQ(text_of(R"({"content": [{"type": "text", "text": "done"}], "structuredContent": {"a": 2}})"),
              "done\n{\n  \"a\": 2\n}\n");
    EXPECT_EQ(text_of(R"({"content": [{"type": "text", "text": "done"}], "structuredContent": {"content": "done"}})"),
              "done\n");
}

TEST(AToolResult, NamesWhatIsNoText) {
    EXPECT_EQ(text_of(R"({"content": [{"type": "image", "mimeType": "image/png", "data": "AAAAAAAA"},
                                      {"type": "resource_link", "uri": "a:b"},
                                      {"type": "resource", "resource": {"uri": "c:d", "text": "inside"}}]})"),
              "[image image/png, about 6 bytes]\n[resource a:b]\ninside\n");
}

TEST(AToolResult, MayBeAnythingAtAll) {
    for (const char* result : {"7", "[]", "null", "{}", R"({"content": 7})", R"({"content": [7, {"type": 3}]})",
                               R"({"content": {"type": "text"}})"}) {
        EXPECT_NO_THROW(text_of(result)) << result;
    }
}

TEST(VisibleLines, KeepLinesAndTabsAndNothingElse) {
    EXPECT_EQ(visible_lines("a\tb\nc\x1b[31m\rd"), "a\tb\nc\\x1b[31m\\rd");
}

}  // namespace
}  // namespace mcpctl::ctl
