// B07: secrets of servers.
#include "agent/core/secrets.hpp"

#include <gmock/gmock.h>

#include <format>

#include "agent/json/definitions.hpp"
#include "agent/json/records.hpp"
#include "tests/fakes/core_under_test.hpp"
#include "tests/fakes/memory_vault.hpp"

namespace mcpctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view canary = "canary-7f3a";

SecretValue value(std::string_view text) {
    return SecretValue({text.begin(), text.end()});
}

struct SomeSecrets : ::testing::Test {
    CoreUnderTest core;
    MemoryVault vault;
    Secrets secrets{core.registry, core.store, vault};

    Result<void> set(const std::string& name, std::string_view text = canary) {
        return core.run(secrets.set(name, value(text)));
    }
    ErrorCode refusal(const std::string& name, std::string_view text = canary) {
        const auto done = set(name, text);
        EXPECT_FALSE(done) << name;
        return done ? ErrorCode::Internal : done.error().code;
    }
};

TEST_F(SomeSecrets, AreKeptSealedUnderTheirName) {
    ASSERT_TRUE(set("api-key"));
    EXPECT_EQ(vault.kept.at("api-key"), std::format("sealed api-key {}", canary));
    ASSERT_TRUE(set("api-key", "another"));
    EXPECT_EQ(vault.kept.at("api-key"), "sealed api-key another");
    EXPECT_EQ(vault.kept.size(), 1U);
}

TEST_F(SomeSecrets, AreOnRecordByNameAlone) {
    ASSERT_TRUE(set("api-key"));
    ASSERT_TRUE(core.run(secrets.remove("api-key")));
    ASSERT_EQ(core.store.audited.size(), 2U);
    EXPECT_EQ(core.store.audited[0].action, AuditAction::set_secret);
    EXPECT_EQ(core.store.audited[0].reason, "api-key");
    EXPECT_EQ(core.store.audited[1].action, AuditAction::remove_secret);
    EXPECT_THAT(to_json(core.store.audited[0]), Not(HasSubstr(canary)));
}

TEST_F(SomeSecrets, AreRefusedWithoutRepeatingTheirValue) {
    EXPECT_EQ(refusal("Api Key"), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal("../api-key"), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal("api:key"), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal(""), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal("api-key", ""), ErrorCode::InvalidArgument);
    EXPECT_TRUE(set("largest", std::string(Secrets::max_value_bytes, 'x')));
    const auto too_long = set("api-key", std::string(Secrets::max_value_bytes, 'x') + std::string(canary));
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error().code, ErrorCode::LimitsExceeded);
    EXPECT_EQ(too_long.error().field, "value");
    EXPECT_THAT(too_long.error().reason, Not(HasSubstr(canary)));
    EXPECT_FALSE(vault.kept.contains("api-key"));
}

TEST_F(SomeSecrets, HaveALimit) {
    for (std::size_t i = 0; i < Secrets::max_secrets_kept; ++i) {
        vault.kept[std::format("s{}", i)] = "";
    }
    EXPECT_EQ(refusal("one-more"), ErrorCode::LimitsExceeded);
    EXPECT_TRUE(set("s0"));  // one that is there may get another value
}

TEST_F(SomeSecrets, AreNotRecordedWhenTheyCannotBeEncrypted) {
    vault.cannot_seal = Error{ErrorCode::Unavailable, "no key"};
    EXPECT_EQ(refusal("api-key"), ErrorCode::Unavailable);
    EXPECT_TRUE(core.store.audited.empty());
    EXPECT_TRUE(vault.kept.empty());
}

TEST_F(SomeSecrets, AreNotChangedWhenThatCannotBeRecorded) {
    ASSERT_TRUE(set("api-key", "first"));
    core.store.failure = Error{ErrorCode::StorageFailed, "disk full"};
    EXPECT_EQ(refusal("api-key"), ErrorCode::StorageFailed);
    EXPECT_EQ(core.run(secrets.remove("api-key")).error().code, ErrorCode::StorageFailed);
    core.store.failure.reset();
    EXPECT_EQ(vault.kept.at("api-key"), "sealed api-key first");
}

TEST_F(SomeSecrets, StayAsLongAsADefinitionNamesThem) {
    ASSERT_TRUE(set("api-key"));
    ASSERT_TRUE(set("spare"));
    ASSERT_TRUE(core.run(core.catalog.add_server(
        *parse_server(R"({"name": "search", "run": {"command": ["x"]}, "secrets": [{"name": "api-key"}]})"))));
    ProfileDefinition profile = *core.registry.profile("search");
    profile.name = "work";
    profile.secrets = {{"api-key", "KEY"}};
    ASSERT_TRUE(core.run(core.catalog.add_profile(profile)));
    const auto removed = core.run(secrets.remove("api-key"));
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, ErrorCode::InUse);
    EXPECT_THAT(removed.error().reason, HasSubstr("server search, profile work"));
    EXPECT_TRUE(core.run(secrets.remove("spare")));
    EXPECT_EQ(core.run(secrets.remove("spare")).error().code, ErrorCode::NotFound);
    const auto listed = core.run(secrets.list());
    ASSERT_TRUE(listed);
    ASSERT_EQ(listed->size(), 1U);
    EXPECT_EQ((*listed)[0].name, "api-key");
    EXPECT_THAT((*listed)[0].used_by, ElementsAre("server search", "profile work"));
    EXPECT_EQ(to_public_json(*listed), R"([{"name":"api-key","setAt":7,"usedBy":["server search","profile work"]}])");
}

TEST(ASecretValue, IsGoneFromWhereItWasMovedFromAndWhenItIsWiped) {
    SecretValue one = value(canary);
    const std::uint8_t* place = one.bytes().data();
    SecretValue other = std::move(one);
    EXPECT_TRUE(one.bytes().empty());  // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_EQ(other.bytes().data(), place);
    other.wipe();
    EXPECT_TRUE(other.bytes().empty());
    // The memory is still the vector's.
    EXPECT_EQ(place[0], 0);
    EXPECT_EQ(place[canary.size() - 1], 0);
}

}  // namespace
}  // namespace mcpctl::test
