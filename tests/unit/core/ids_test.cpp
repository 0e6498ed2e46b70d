#include "agent/core/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace mcpctl {
namespace {

TEST(InstanceIds, AreVersionFourAndUnlikeEachOther) {
    std::set<InstanceId> seen;
    for (int i = 0; i < 1000; ++i) {
        const InstanceId id = InstanceId::generate();
        EXPECT_EQ(id.text()[14], '4');
        EXPECT_NE(std::string("89ab").find(id.text()[19]), std::string::npos);
        EXPECT_TRUE(seen.insert(id).second);
    }
}

TEST(InstanceIds, ReadBackFromBothSpellings) {
    const InstanceId id = InstanceId::generate();
    EXPECT_EQ(id.text().size(), 36U);
    EXPECT_EQ(id.hex().size(), 32U);
    EXPECT_EQ(InstanceId::parse(id.text()), id);
    EXPECT_EQ(InstanceId::parse(id.hex()), id);
}

TEST(InstanceIds, RefuseWhatIsNoUuidOfVersionFour) {
    for (const char* text : {
             "",
             "x",
             "0f8fad5b-d9cb-469f-a165-70867728950",    // short
             "0f8fad5b-d9cb-469f-a165-70867728950e0",  // long
             "0F8FAD5B-D9CB-469F-A165-70867728950E",   // upper case
             "0f8fad5b-d9cb-169f-a165-70867728950e",   // version 1
             "0f8fad5b-d9cb-469f-c165-70867728950e",   // wrong variant
             "0f8fad5b_d9cb_469f_a165_70867728950e",   // wrong separators
             "0f8fad5bd-9cb-469f-a165-70867728950e",   // dash in the wrong place
             "0f8fad5bd9cb469fa16570867728950g",
         }) {
        const auto id = InstanceId::parse(text);
        ASSERT_FALSE(id) << text;
        EXPECT_EQ(id.error().code, ErrorCode::InvalidArgument);
        EXPECT_EQ(id.error().field, "id");
    }
}

TEST(Names, AcceptLowerCaseDigitsAndDashes) {
    EXPECT_TRUE(check_name("a", "name"));
    EXPECT_TRUE(check_name("0-day", "name"));
    EXPECT_TRUE(check_name("everything-2", "name"));
    EXPECT_TRUE(check_name(std::string(63, 'a'), "name"));
}

TEST(Names, RefuseEverythingElseWithFieldAndOffset) {
    for (const std::string& name :
         {std::string(), std::string(64, 'a'), std::string("-a"), std::string("A"), std::string("a_b"),
          std::string("a.b"), std::string("a\n"), std::string("ä"), std::string("a\0b", 3), std::string("a/b")}) {
        const auto checked = check_name(name, "server");
        ASSERT_FALSE(checked) << name;
        EXPECT_EQ(checked.error().field, "server");
    }
    EXPECT_NE(check_name("ab_c", "name").error().reason.find("offset 2"), std::string::npos);
}

TEST(Names, MustNotLookLikeAnInstanceId) {
    EXPECT_FALSE(check_name("0f8fad5b-d9cb-469f-a165-70867728950e", "name"));
    EXPECT_FALSE(check_name("0f8fad5bd9cb469fa16570867728950e", "name"));
    EXPECT_FALSE(check_name("00000000000000000000000000000000", "name"));
    EXPECT_TRUE(check_name("0f8fad5bd9cb469fa16570867728950", "name"));
}

}  // namespace
}  // namespace mcpctl
