// B09: tokens of remote callers.
#include "agent/core/tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "agent/core/token_secret.hpp"
#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class SomeTokens : public testing::Test {
  protected:
    CoreUnderTest core;
    Tokens tokens{core.registry, core.store};

    Result<std::string> create(TokenRequest request) {
        return core.run(tokens.create(std::move(request), {1000, AuditVia::bus}));
    }
    ErrorCode refusal(TokenRequest request) {
        const auto made = create(std::move(request));
        return made ? ErrorCode::Internal : made.error().code;
    }
};

TEST(ASecretOfAToken, IsLongRandomAndRecognisable) {
    std::set<std::string> secrets;
    for (int i = 0; i < 1000; ++i) {
        const std::string secret = make_token_secret();
        EXPECT_THAT(secret, StartsWith("mcpctl_"));
        EXPECT_EQ(secret.size(), 7U + 43U);  // 256 bits
        secrets.insert(secret);
    }
    EXPECT_EQ(secrets.size(), 1000U);
}

TEST(ASecretOfAToken, IsKeptAsItsSha256) {
    EXPECT_EQ(hash_of_secret("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2
    EXPECT_TRUE(same_hash(hash_of_secret("abc"), hash_of_secret("abc")));
    EXPECT_FALSE(same_hash(hash_of_secret("abc"), hash_of_secret("abd")));
    EXPECT_FALSE(same_hash("", hash_of_secret("abc")));
}

TEST_F(SomeTokens, AreRecognisedByTheirSecretAlone) {
    const auto secret = create({"ci", {Scope::control, Scope::view, Scope::view}});
    ASSERT_TRUE(secret) << secret.error().reason;
    const auto granted = tokens.authenticate(*secret);
    ASSERT_TRUE(granted);
    EXPECT_EQ((*granted)->token.scopes, (std::vector<Scope>{Scope::view, Scope::control}));
    EXPECT_FALSE(tokens.authenticate("ci"));
    EXPECT_FALSE(tokens.authenticate(""));
    EXPECT_FALSE(tokens.authenticate(secret->substr(0, secret->size() - 1)));
    EXPECT_FALSE(tokens.authenticate((*granted)->token.hash));
}

TEST_F(SomeTokens, LeaveNoSecretInTheStore) {
    const auto secret = create({"ci", {Scope::view}});
    EXPECT_EQ(core.store.tokens.at("ci").hash, hash_of_secret(*secret));
    ASSERT_EQ(core.store.audited.size(), 1U);
    EXPECT_EQ(core.store.audited[0].action, AuditAction::create_token);
    EXPECT_THAT(core.store.audited[0].reason, HasSubstr("ci, for view"));
    EXPECT_THAT(core.store.audited[0].reason, Not(HasSubstr(*secret)));
}

TEST_F(SomeTokens, OutliveTheAgent) {
    const auto secret = create({"ci", {Scope::view}});
    Tokens next(core.registry, core.store);
    next.load({core.store.tokens.at("ci")});
    EXPECT_TRUE(next.authenticate(*secret));
}

TEST_F(SomeTokens, EndWhenTheyAreRevokedAlsoWhereTheyWereShownBefore) {
    const auto secret = create({"ci", {Scope::view}});
    const auto granted = tokens.authenticate(*secret);
    EXPECT_EQ(why_void(**granted, wall_time_now()), std::nullopt);
    EXPECT_TRUE(core.run(tokens.revoke("ci", {})));
    EXPECT_THAT(why_void(**granted, wall_time_now()).value_or(""), HasSubstr("revoked"));
    EXPECT_EQ(tokens.authenticate(*secret).error().code, ErrorCode::AccessDenied);
    EXPECT_EQ(core.run(tokens.revoke("ci", {})).error().code, ErrorCode::NotFound);
    EXPECT_TRUE(core.store.tokens.empty());
    // A new one of the same name is another one.
    const auto second = create({"ci", {Scope::view}});
    EXPECT_FALSE(tokens.authenticate(*secret));
    EXPECT_TRUE(tokens.authenticate(*second));
}

TEST_F(SomeTokens, StayWhereTheRevocationCouldNotBeStored) {
    const auto secret = create({"ci", {Scope::view}});
    core.store.failure = Error{ErrorCode::StorageFailed, "disk full"};
    EXPECT_EQ(core.run(tokens.revoke("ci", {})).error().code, ErrorCode::StorageFailed);
    EXPECT_TRUE(tokens.authenticate(*secret));
    EXPECT_EQ(refusal({"second", {Scope::view}}), ErrorCode::StorageFailed);
    core.store.failure.reset();
    EXPECT_EQ(tokens.all().size(), 1U);
}

TEST_F(SomeTokens, Expire) {
    const auto secret = create({"ci", {Scope::view}, {}, std::chrono::hours(1)});
    const auto granted = tokens.authenticate(*secret);
    const WallTime hour = 3600'000'000;
    EXPECT_EQ(why_void(**granted, wall_time_now() + hour - 5'000'000), std::nullopt);
    EXPECT_THAT(why_void(**granted, wall_time_now() + hour).value_or(""), HasSubstr("expired"));
    Token old = (*granted)->token;
    old.expires_at = wall_time_now() - 1;
    tokens.load({old});
    EXPECT_FALSE(tokens.authenticate(*secret));
}

TEST_F(SomeTokens, RememberWhenTheyWereUsedToAMinute) {
    const auto secret = create({"ci", {Scope::view}});
    const auto granted = tokens.authenticate(*secret);
    const WallTime first = core.store.tokens.at("ci").last_used_at;
    EXPECT_GT(first, 0U);
    tokens.note_use(**granted);
    EXPECT_EQ(core.store.tokens.at("ci").last_used_at, first);
}

TEST_F(SomeTokens, AreRefusedWhereTheyMakeNoSense) {
    core.define("everything");
    EXPECT_EQ(refusal({"Not a name", {Scope::view}}), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal({"ci", {}}), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal({"ci", {Scope::view}, {"nothing"}}), ErrorCode::NotFound);
    EXPECT_EQ(refusal({"ci", {Scope::view}, {}, std::chrono::milliseconds(0)}), ErrorCode::InvalidArgument);
    EXPECT_EQ(refusal({"ci", {Scope::view}, {}, std::chrono::days(366)}), ErrorCode::InvalidArgument);
    EXPECT_TRUE(create({"ci", {Scope::view}, {"everything"}, std::chrono::days(365)}));
    EXPECT_EQ(refusal({"ci", {Scope::view}}), ErrorCode::AlreadyExists);
}

// A remote caller who can define a command owns the machine (F20).
TEST_F(SomeTokens, DefineOnlyWhereTheConfigurationSaysSo) {
    EXPECT_EQ(refusal({"ci", {Scope::define}}), ErrorCode::NotSupported);
    tokens.let_define(true);
    EXPECT_TRUE(create({"ci", {Scope::define}}));
}

}  // namespace
}  // namespace mcpctl::test
