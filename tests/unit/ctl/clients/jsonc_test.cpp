#include "ctl/clients/jsonc.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mcpctl::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

Json parsed(std::string_view text) {
    const auto value = parse_jsonc(text, "FILE");
    EXPECT_TRUE(value) << (value ? "" : value.error().reason);
    return value.value_or(Json());
}

std::string refusal(std::string_view text) {
    const auto value = parse_jsonc(text, "FILE");
    return value ? "" : value.error().reason;
}

TEST(Jsonc, HasCommentsAndTrailingCommas) {
    EXPECT_EQ(parsed("// a\n{/* b */ \"x\": [1, 2, /* c */ ], // d\n \"y\": {\"z\": null,},\n}\n// e"),
              Json::parse(R"({"x": [1, 2], "y": {"z": null}})"));
    EXPECT_EQ(parsed("\xef\xbb\xbf{}\r\n"), Json::object());
    EXPECT_EQ(parsed("{}//"), Json::object());
}

TEST(Jsonc, LeavesStringsAlone) {
    EXPECT_EQ(parsed(R"({"url": "https://x/*y*/", "quote": "a \" // b", "comma": ",}", "back": "\\"})"),
              Json::parse(R"({"url": "https://x/*y*/", "quote": "a \" // b", "comma": ",}", "back": "\\"})"));
}

TEST(Jsonc, KeepsEveryByteInItsPlace) {
    constexpr std::string_view text = "{ // é\n \"a\": 1, /* two\nlines */ }";
    const auto plain = plain_json(text);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->strict.size(), text.size());
    EXPECT_EQ(plain->strict.find("\"a\""), text.find("\"a\""));
    EXPECT_EQ(std::ranges::count(plain->strict, '\n'), 2);
    EXPECT_THAT(plain->without_comments, HasSubstr("1,"));
    EXPECT_THAT(plain->strict, Not(HasSubstr(",")));
}

TEST(Jsonc, RefusesCommasThatTrailNothing) {
    for (const char* text : {"[,]", "{,}", "[1,,]", "{\"a\": ,}", ","}) {
        EXPECT_NE(refusal(text), "") << text;
    }
}

TEST(Jsonc, SaysWhereAMistakeIsAndNotWhatStandsThere) {
    EXPECT_THAT(refusal("{\n  // x\n  \"token\": \"ghp_canary\" oops\n}"), HasSubstr("FILE is not valid JSON: line 3"));
    EXPECT_THAT(refusal("{\"token\": \"ghp_canary\n\"}"), Not(HasSubstr("canary")));
    EXPECT_THAT(refusal("{\n /* no end"), HasSubstr("line 2, column 2: the comment that begins here does not end"));
    EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("nested more than 64 levels deep"));
    EXPECT_NE(refusal(""), "");
    EXPECT_NE(refusal("\"a"), "");
    EXPECT_NE(refusal("\"a\\"), "");
}

}  // namespace
}  // namespace mcpctl::ctl
