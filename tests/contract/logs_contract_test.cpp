// M06, M09: logs as a caller of the bus sees them.
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/contract/agent_on_a_socketpair.hpp"

namespace mcpctl::test {
namespace {

using sdbus::ObjectPath;
using testing::ElementsAre;
using Options = std::map<std::string, sdbus::Variant>;

constexpr auto manager_interface = "org.mcpctl.Agent1.Manager";
constexpr auto instance_interface = "org.mcpctl.Agent1.Instance";
constexpr auto everything = R"({"name": "everything", "transport": "streamable-http", "run": {"command": ["server"]}})";

struct Page {
    std::vector<std::string> lines;
    std::string cursor;
    bool more = false;
};

class LogContract : public testing::Test {
  protected:
    void SetUp() override {
        ObjectPath server, profile, job;
        agent.manager()
            ->callMethod("AddServer")
            .onInterface(manager_interface)
            .withArguments(std::string(everything), Options{})
            .storeResultsTo(server, profile);
        agent.manager()
            ->callMethod("Start")
            .onInterface(manager_interface)
            .withArguments(std::string("everything"), Options{})
            .storeResultsTo(instance, job);
        agent.on_loop([this] {
            agent.logs.answer->lines = {"{1}", "{2}"};
            agent.logs.answer->cursor = "next";
            agent.logs.answer->more = true;
        });
    }

    AgentOnASocketpair agent;
    ObjectPath instance;
};

TEST_F(LogContract, GivesAPageOfAnInstance) {
    Page page;
    agent.proxy(instance)
        ->callMethod("GetLogs")
        .onInterface(instance_interface)
        .withArguments(Options{{"grep", sdbus::Variant("x")}})
        .storeResultsTo(page.lines, page.cursor, page.more);
    EXPECT_THAT(page.lines, ElementsAre("{1}", "{2}"));
    EXPECT_EQ(page.cursor, "next");
    EXPECT_TRUE(page.more);
    agent.on_loop([this] {
        EXPECT_EQ(agent.logs.queries.at(0).grep, "x");
        EXPECT_EQ(agent.logs.owners.at(0).server, "everything");
        EXPECT_EQ(agent.logs.owners.at(0).profile, "everything");
    });
}

TEST_F(LogContract, GivesAPageOfAnInstanceThatIsNotThereAnyMore) {
    const InstanceId removed = InstanceId::generate();
    Page page;
    agent.manager()
        ->callMethod("GetLogs")
        .onInterface(manager_interface)
        .withArguments(removed.text(), Options{})
        .storeResultsTo(page.lines, page.cursor, page.more);
    agent.on_loop([&] { EXPECT_EQ(agent.logs.owners.at(0).instance, removed); });
    EXPECT_THROW(agent.manager()
                     ->callMethod("GetLogs")
                     .onInterface(manager_interface)
                     .withArguments(std::string("everything"), Options{})
                     .storeResultsTo(page.lines, page.cursor, page.more),
                 sdbus::Error);
}

TEST_F(LogContract, HandsOverAPipeToFollow) {
    sdbus::UnixFd pipe;
    agent.proxy(instance)
        ->callMethod("FollowLogs")
        .onInterface(instance_interface)
        .withArguments(Options{})
        .storeResultsTo(pipe);
    std::string text(64, '\0');
    text.resize(std::size_t(std::max<ssize_t>(0, ::read(pipe.get(), text.data(), text.size()))));
    EXPECT_EQ(text, "{1}\n{2}\n");
}

TEST_F(LogContract, RefusesUnknownOptions) {
    Page page;
    const auto call = [&] {
        agent.proxy(instance)
            ->callMethod("GetLogs")
            .onInterface(instance_interface)
            .withArguments(Options{{"surprise", sdbus::Variant(true)}})
            .storeResultsTo(page.lines, page.cursor, page.more);
    };
    EXPECT_THROW(call(), sdbus::Error);
}

}  // namespace
}  // namespace mcpctl::test
