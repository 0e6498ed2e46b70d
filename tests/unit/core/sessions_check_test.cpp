// M04, B04: a standby that is asked for its health, and nobody who gets its answer instead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/core/sessions.hpp"
#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ACheckedStandby : public testing::Test {
  protected:
    CoreUnderTest core;
    InstanceId id;

    void start(const std::function<void(ProfileDefinition&)>& change = {}) {
        ServerDefinition server;
        server.name = "files";
        server.transport = Transport::stdio;
        server.command = {"server"};
        ASSERT_TRUE(core.run(core.catalog.add_server(server)));
        ProfileDefinition profile = *core.registry.profile("files");
        profile.restart.initial_delay = 10ms;
        if (change) {
            change(profile);
        }
        core.registry.put_profile(profile);
        id = core.start("files").instance;
        core.run_until([&] { return core.sessions.ready_standbys(id) == profile.standby; });
    }
    std::uint64_t standby() {
        return core.sessions.standby(id) == nullptr ? 0 : core.sessions.standby(id)->ref.process;
    }
    FakeStdioServer& server() { return *core.runtime.workloads.at({id, 1, standby()}).stdio; }
};

TEST_F(ACheckedStandby, AnswersPingAndStaysWhatItIs) {
    start();
    const std::uint64_t before = standby();
    const auto result = core.run(core.sessions.check(id, 5s));
    EXPECT_EQ(result.error, "");
    EXPECT_GT(result.latency.count(), 0);
    EXPECT_EQ(standby(), before);
    EXPECT_EQ(core.run(core.sessions.open(id, {}))->process, before);
}

TEST_F(ACheckedStandby, ThatDoesNotAnswerIsReplacedAndNeverHandedOver) {
    start();
    const std::uint64_t before = standby();
    server().answers = false;
    EXPECT_THAT(core.run(core.sessions.check(id, 20ms)).error, HasSubstr("did not answer ping within 20ms"));
    const auto opened = core.run(core.sessions.open(id, {}));
    EXPECT_TRUE(!opened || opened->process != before);
    core.run_until([&] { return standby() != 0 && standby() != before; });
    EXPECT_EQ(core.run(core.sessions.check(id, 5s)).error, "");
}

TEST_F(ACheckedStandby, IsNotHandedOverWhileItsAnswerIsDue) {
    start();
    const std::uint64_t before = standby();
    server().answers = false;
    std::optional<ProbeResult> checked;
    asio::co_spawn(core.loop, core.sessions.check(id, 1s),
                   [&](const std::exception_ptr&, ProbeResult result) { checked = std::move(result); });
    core.settle();
    const auto opened = core.run(core.sessions.open(id, {}));
    ASSERT_TRUE(opened) << opened.error().reason;
    EXPECT_NE(opened->process, before);
    core.run_until([&] { return checked.has_value(); });
    EXPECT_FALSE(checked->ready());
}

TEST_F(ACheckedStandby, ThatExitsDuringTheCheckIsNoAnswer) {
    start();
    server().answers = false;
    std::optional<ProbeResult> checked;
    asio::co_spawn(core.loop, core.sessions.check(id, 5s),
                   [&](const std::exception_ptr&, ProbeResult result) { checked = std::move(result); });
    core.settle();
    core.runtime.becomes({id, 1, standby()}, WorkloadPhase::failed, {ReasonCode::exit_code, "exited with code 1"});
    core.run_until([&] { return checked.has_value(); });
    EXPECT_THAT(checked->error, HasSubstr("ended its output"));
}

TEST_F(ACheckedStandby, ThatIsOnItsWayIsWaitedFor) {
    start();
    const auto opened = core.run(core.sessions.open(id, {}));
    ASSERT_TRUE(opened);
    EXPECT_EQ(core.run(core.sessions.check(id, 5s)).error, "");
}

TEST_F(ACheckedStandby, ThatNobodyWantsIsReplacedByTheLastStartOfASession) {
    start([](ProfileDefinition& profile) { profile.standby = 0; });
    EXPECT_EQ(core.run(core.sessions.check(id, 5s)).error, "");
    core.runtime.behaviour.launch_error = Error{ErrorCode::StartFailed, "no such program"};
    EXPECT_FALSE(core.run(core.sessions.open(id, {})));
    EXPECT_THAT(core.run(core.sessions.check(id, 5s)).error, HasSubstr("no such program"));
    core.runtime.behaviour.launch_error.reset();
    EXPECT_TRUE(core.run(core.sessions.open(id, {})));
    EXPECT_EQ(core.run(core.sessions.check(id, 5s)).error, "");
}

}  // namespace
}  // namespace mcpctl::test
