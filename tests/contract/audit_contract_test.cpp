// M12, D04: the audit trail as a caller of the bus sees it, and what calls leave in it.
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/contract/agent_on_a_socketpair.hpp"

namespace mcpctl::test {
namespace {

using testing::ElementsAre;
using Options = std::map<std::string, sdbus::Variant>;

constexpr auto manager_interface = "org.mcpctl.Agent1.Manager";
constexpr auto everything = R"({"name": "everything", "transport": "streamable-http", "run": {"command": ["server"]}})";

std::string error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const sdbus::Error& error) {
        return error.getName();
    }
    return "";
}

void add_server(AgentOnASocketpair& agent) {
    sdbus::ObjectPath server, profile;
    agent.manager()
        ->callMethod("AddServer")
        .onInterface(manager_interface)
        .withArguments(std::string(everything), Options{})
        .storeResultsTo(server, profile);
}

void get(AgentOnASocketpair& agent, const Options& options, std::vector<std::string>& entries) {
    std::string cursor;
    bool more = false;
    agent.manager()
        ->callMethod("GetAudit")
        .onInterface(manager_interface)
        .withArguments(options)
        .storeResultsTo(entries, cursor, more);
}

TEST(TheAuditContract, GivesAPage) {
    AgentOnASocketpair agent;
    agent.on_loop([&] { agent.audit.answer->lines = {"{1}", "{2}"}; });
    std::vector<std::string> entries;
    get(agent,
        {{"actor", sdbus::Variant("alice")}, {"action", sdbus::Variant("start")}, {"result", sdbus::Variant("denied")}},
        entries);
    EXPECT_THAT(entries, ElementsAre("{1}", "{2}"));
    agent.on_loop([&] {
        const AuditQuery& query = agent.audit.queries.at(0);
        EXPECT_EQ(query.actor, "alice");
        EXPECT_EQ(query.action, AuditAction::start);
        EXPECT_EQ(query.result, AuditResult::denied);
        EXPECT_EQ(query.tail, 50U);
    });
}

TEST(TheAuditContract, HandsOverAPipeToFollow) {
    AgentOnASocketpair agent;
    agent.on_loop([&] { agent.audit.answer->lines = {"{1}"}; });
    sdbus::UnixFd pipe;
    agent.manager()
        ->callMethod("FollowAudit")
        .onInterface(manager_interface)
        .withArguments(Options{})
        .storeResultsTo(pipe);
    std::string text(64, '\0');
    text.resize(std::size_t(std::max<ssize_t>(0, ::read(pipe.get(), text.data(), text.size()))));
    EXPECT_EQ(text, "{1}\n");
}

TEST(TheAuditContract, RefusesWhatItDoesNotKnow) {
    AgentOnASocketpair agent;
    std::vector<std::string> entries;
    for (const Options& options :
         {Options{{"surprise", sdbus::Variant(true)}}, Options{{"action", sdbus::Variant("dance")}},
          Options{{"result", sdbus::Variant("maybe")}}, Options{{"since", sdbus::Variant("yesterday")}},
          Options{{"tail", sdbus::Variant(std::uint64_t(1))}, {"cursor", sdbus::Variant("x")}}}) {
        EXPECT_EQ(error_of([&] { get(agent, options, entries); }), "org.mcpctl.Agent1.Error.InvalidArgument");
    }
    EXPECT_EQ(error_of([&] { get(agent, {{"limit", sdbus::Variant(std::uint32_t(10'001))}}, entries); }),
              "org.mcpctl.Agent1.Error.LimitsExceeded");
}

TEST(TheAuditContract, LeavesARecordOfWhoChangedWhat) {
    AgentOnASocketpair agent({.uid = 1000, .in_group = true});
    add_server(agent);
    agent.on_loop([&] {
        ASSERT_EQ(agent.core.store.audited.size(), 1U);
        EXPECT_EQ(agent.core.store.audited[0].actor, (Actor{1000, AuditVia::socket}));
        EXPECT_TRUE(agent.audit.told.empty());
    });
}

TEST(TheAuditContract, TellsWhatWasRefusedAndNotWhatWasOnlyAsked) {
    AgentOnASocketpair agent;
    add_server(agent);
    EXPECT_EQ(error_of([&] { add_server(agent); }), "org.mcpctl.Agent1.Error.AlreadyExists");
    EXPECT_EQ(error_of([&] {
                  sdbus::ObjectPath none;
                  agent.manager()
                      ->callMethod("GetServer")
                      .onInterface(manager_interface)
                      .withArguments(std::string("nothing"))
                      .storeResultsTo(none);
              }),
              "org.mcpctl.Agent1.Error.NotFound");
    agent.on_loop([&] {
        ASSERT_EQ(agent.audit.told.size(), 1U);
        EXPECT_EQ(agent.audit.told[0].action, AuditAction::add_server);
        EXPECT_EQ(agent.audit.told[0].result, AuditResult::refused);
        EXPECT_EQ(agent.audit.told[0].error, "AlreadyExists");
        EXPECT_EQ(agent.core.store.audited.size(), 1U);
    });
}

TEST(TheAuditContract, TellsWhatWasDeniedAlsoOfReading) {
    AgentOnASocketpair agent({.uid = 1000});
    std::vector<std::string> entries;
    EXPECT_EQ(error_of([&] { get(agent, {}, entries); }), "org.mcpctl.Agent1.Error.AccessDenied");
    EXPECT_EQ(error_of([&] { add_server(agent); }), "org.mcpctl.Agent1.Error.AccessDenied");
    agent.on_loop([&] {
        ASSERT_EQ(agent.audit.told.size(), 2U);
        EXPECT_EQ(agent.audit.told[0].action, AuditAction::read);
        EXPECT_EQ(agent.audit.told[1].action, AuditAction::add_server);
        EXPECT_EQ(agent.audit.told[1].result, AuditResult::denied);
        EXPECT_EQ(agent.audit.told[1].actor.uid, 1000U);
        EXPECT_TRUE(agent.core.store.audited.empty());
        EXPECT_TRUE(agent.audit.queries.empty());
    });
}

}  // namespace
}  // namespace mcpctl::test
