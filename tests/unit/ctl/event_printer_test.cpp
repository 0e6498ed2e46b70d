#include "ctl/output/event_printer.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace mcpctl::ctl {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t at = 1'764'230'400'123'456;

Json instance(const char* state, const char* readiness) {
    return {{"id", "3f2a"}, {"name", "echo"}, {"state", state}, {"readiness", readiness}, {"alert", false}};
}

Json job(const char* state) {
    return {{"id", 5}, {"kind", "restart"}, {"instanceId", "3f2a"}, {"state", state}, {"error", nullptr}};
}

std::string snapshot(const Json& instances, const Json& jobs, const Json& servers = Json::array()) {
    return Json{{"instances", instances}, {"jobs", jobs}, {"profiles", Json::array()}, {"servers", servers}}.dump();
}

class Events : public ::testing::Test {
  protected:
    std::string print(const char* name, const Json& data) { return printer_.print({name, data.dump()}, at); }

    EventPrinter printer_{Terminal{}, false};
};

TEST_F(Events, BeginWithEachInstanceAndEachJobThatRuns) {
    const std::string text =
        printer_.print({"snapshot", snapshot(Json::array({instance("running", "ready")}), Json::array({job("done")}),
                                             Json::array({{{"name", "search"}}}))},
                       at);
    EXPECT_THAT(text, EndsWith("echo: running, ready\n"));
    EXPECT_THAT(text, AllOf(Not(HasSubstr("job")), Not(HasSubstr("search"))));
}

TEST_F(Events, AreALineForWhatLooksDifferent) {
    (void)printer_.print({"snapshot", snapshot(Json::array({instance("running", "ready")}), Json::array())}, at);
    EXPECT_EQ(print("instance", instance("running", "ready")), "");
    EXPECT_THAT(print("instance", instance("running", "not-ready")), EndsWith(" echo: running, not ready\n"));
    EXPECT_THAT(print("job", job("running")), EndsWith(" job 5: restart of echo running\n"));
    EXPECT_EQ(print("job", job("running")), "");
    EXPECT_THAT(print("job", job("done")), EndsWith(" job 5: restart of echo done\n"));
    EXPECT_THAT(print("instance-removed", {{"id", "3f2a"}, {"name", "echo"}}), EndsWith(" echo: removed\n"));
    EXPECT_THAT(print("server", {{"name", "search"}}), EndsWith(" server search: added\n"));
    EXPECT_THAT(print("server", {{"name", "search"}}), EndsWith(" server search: changed\n"));
    EXPECT_THAT(print("server-removed", {{"name", "search"}}), EndsWith(" server search: removed\n"));
}

TEST_F(Events, OfAnInstanceSayWhyAndHowManySessions) {
    Json failed = instance("failed", "");
    failed["reason"] = "exit code 3";
    EXPECT_THAT(print("instance", failed), EndsWith(" echo: failed: exit code 3\n"));
    Json open = instance("running", "ready");
    open["sessions"] = 2;
    open["alert"] = true;
    EXPECT_THAT(print("instance", open), EndsWith(" echo: running, ready, alert, 2 sessions\n"));
}

// After the agent was away, what happened meanwhile is told.
TEST_F(Events, TellWhatIsDifferentInALaterSnapshot) {
    (void)printer_.print({"snapshot", snapshot(Json::array({instance("running", "ready")}), Json::array())}, at);
    EXPECT_EQ(printer_.print({"snapshot", snapshot(Json::array({instance("running", "ready")}), Json::array())}, at),
              "");
    EXPECT_THAT(printer_.print({"snapshot", snapshot(Json::array({instance("failed", "")}), Json::array())}, at),
                EndsWith("echo: failed\n"));
    EXPECT_THAT(printer_.print({"snapshot", snapshot(Json::array(), Json::array())}, at), EndsWith("echo: removed\n"));
}

// F3: what is told of a workload may be hostile.
TEST_F(Events, LetNoControlCharactersThrough) {
    Json hostile = instance("failed", "");
    hostile["reason"] = "a\x1b[2Jb\nc";
    const std::string text = print("instance", hostile);
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_EQ(std::ranges::count(text, '\n'), 1);
}

TEST(EventsAsJson, AreAnObjectALineWithTimeEventAndObject) {
    EventPrinter printer(Terminal{}, true);
    const Json line = Json::parse(printer.print({"job", job("done").dump()}, at));
    EXPECT_EQ(line["time"], "2025-11-27T08:00:00.123456Z");
    EXPECT_EQ(line["event"], "job");
    EXPECT_EQ(line["object"]["state"], "done");
}

}  // namespace
}  // namespace mcpctl::ctl
