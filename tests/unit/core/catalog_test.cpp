#include "agent/core/catalog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

using testing::HasSubstr;

class ACatalog : public testing::Test {
  protected:
    CoreUnderTest core;
    static ServerDefinition server(const std::string& name) {
        ServerDefinition definition;
        definition.name = name;
        definition.command = {"server"};
        return definition;
    }
    static ProfileDefinition profile(const std::string& name, const std::string& of) {
        ProfileDefinition definition;
        definition.name = name;
        definition.server = of;
        return definition;
    }
};

TEST_F(ACatalog, MakesAProfileWithEachServer) {
    ASSERT_TRUE(core.run(core.catalog.add_server(server("a"))));
    EXPECT_EQ(core.registry.profile("a")->server, "a");
    EXPECT_EQ(core.store.profiles.at("a").server, "a");
}

TEST_F(ACatalog, RefusesATakenName) {
    ASSERT_TRUE(core.run(core.catalog.add_server(server("a"))));
    EXPECT_EQ(core.run(core.catalog.add_server(server("a"))).error().code, ErrorCode::AlreadyExists);
}

TEST_F(ACatalog, ForgetsWhatTheStoreDidNotTake) {
    core.store.failure = Error{ErrorCode::StorageFailed, "disk full"};
    EXPECT_EQ(core.run(core.catalog.add_server(server("a"))).error().code, ErrorCode::StorageFailed);
    EXPECT_EQ(core.registry.server("a"), nullptr);
    EXPECT_EQ(core.registry.profile("a"), nullptr);
}

TEST_F(ACatalog, NamesWhoUsesWhatCannotBeRemoved) {
    core.define("a");
    ASSERT_TRUE(core.run(core.catalog.add_profile(profile("b", "a"))));
    const auto used_by_profile = core.run(core.catalog.remove_server("a"));
    EXPECT_EQ(used_by_profile.error().code, ErrorCode::InUse);
    EXPECT_THAT(used_by_profile.error().reason, HasSubstr("profiles b"));
    core.start("b");
    const auto used_by_instance = core.run(core.catalog.remove_profile("b"));
    EXPECT_THAT(used_by_instance.error().reason, HasSubstr("instances b"));
}

TEST_F(ACatalog, RemovesAServerWithItsOwnProfile) {
    core.define("a");
    ASSERT_TRUE(core.run(core.catalog.remove_server("a")));
    EXPECT_EQ(core.registry.profile("a"), nullptr);
    EXPECT_TRUE(core.store.servers.empty());
}

TEST_F(ACatalog, RefusesAProfileOfNoServer) {
    EXPECT_EQ(core.run(core.catalog.add_profile(profile("b", "a"))).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace mcpctl::test
