// M04 in containers: the same checks as of processes, and a container that is frozen.
#include "tests/system/support/containers.hpp"

namespace mcpctl::test {
namespace {

constexpr const char* alert_raised = "MESSAGE_ID=8f6f1a1f2d0e4b7c9d3a5e0c61b7a120";
constexpr const char* alert_cleared = "MESSAGE_ID=8f6f1a1f2d0e4b7c9d3a5e0c61b7a121";

const Json often_checked{{"health", {{"interval", 1}, {"timeout", 0.4}, {"failureThreshold", 3}}}};

class HealthOfContainers : public OnEachEngine {
  protected:
    static bool becomes(const std::string& name, const char* readiness) {
        return eventually([&] { return status_of(name).value("readiness", "") == readiness; });
    }
    static std::size_t entries(const char* message, const Json& instance) {
        return journal({message, "MCPCTL_INSTANCE=" + instance.value("id", "")}).size();
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, HealthOfContainers, engines, name_of_engine);

TEST_P(HealthOfContainers, IsFoundInBothGenerations) {
    for (const char* generation : {"legacy", "modern"}) {
        define_in_container(generation, {"--generation", generation}, often_checked);
        EXPECT_EQ(start(generation)["readiness"], "ready") << "running means that it answered";
        const Output checked = mcpctl({"health", generation, "-o", "json"});
        EXPECT_EQ(checked.status, 0) << checked.err;
        EXPECT_EQ(Json::parse(checked.out)["generation"], generation);
    }
}

TEST_P(HealthOfContainers, IsAskedOfStdioServersToo) {
    define_stdio_in_container("pipe", often_checked);
    start("pipe");
    EXPECT_EQ(mcpctl({"health", "pipe"}).status, 0);
}

// M05
TEST_P(HealthOfContainers, FollowsAContainerThatFreezesAndThaws) {
    define_in_container("ice", {}, often_checked);
    const Json ice = start("ice");
    engine({"pause", container_of("ice")});
    EXPECT_TRUE(becomes("ice", "not-ready"));
    EXPECT_TRUE(eventually([&] { return entries(alert_raised, ice) == 1; }));
    EXPECT_EQ(status_of("ice")["alert"], true);
    EXPECT_EQ(mcpctl({"health", "ice"}).status, 7);
    engine({"unpause", container_of("ice")});
    EXPECT_TRUE(becomes("ice", "ready"));
    EXPECT_TRUE(eventually([&] { return entries(alert_cleared, ice) == 1; }));
    EXPECT_EQ(entries(alert_raised, ice), 1U);
    EXPECT_EQ(status_of("ice")["runtimeId"], ice["runtimeId"]);
}

}  // namespace
}  // namespace mcpctl::test
