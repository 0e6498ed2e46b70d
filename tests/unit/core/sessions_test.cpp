// M-stdio: sessions of stdio servers, on a fake runtime whose processes answer ping over real sockets.
#include "agent/core/sessions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// What a client sees within a moment: bytes, or nothing at the end of output.
std::optional<std::string> receive(CoreUnderTest& core, int socket) {
    std::optional<std::string> received;
    core.run_until([&] {
        std::array<char, 4096> buffer{};
        const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (size > 0) {
            received.emplace(buffer.data(), std::size_t(size));
        }
        return size >= 0;
    });
    return received;
}

class ASession : public testing::Test {
  protected:
    CoreUnderTest core;
    InstanceId id;

    void define(const std::function<void(ProfileDefinition&)>& change = {}) {
        ServerDefinition server;
        server.name = "files";
        server.transport = Transport::stdio;
        server.command = {"server"};
        ASSERT_TRUE(core.run(core.catalog.add_server(server)));
        ProfileDefinition profile = *core.registry.profile("files");
        profile.drain_timeout = 400ms;
        profile.restart.initial_delay = 10ms;
        profile.restart.max_attempts = 2;
        if (change) {
            change(profile);
        }
        core.registry.put_profile(profile);
    }
    void start(const std::function<void(ProfileDefinition&)>& change = {}) {
        define(change);
        id = core.start("files").instance;
        ASSERT_EQ(state(), InstanceState::running);
        wait_for_standbys();
    }
    void wait_for_standbys() {
        core.run_until(
            [&] { return core.sessions.ready_standbys(id) == core.registry.instance(id)->config.profile.standby; });
    }
    OpenedSession open() {
        auto opened = core.run(core.sessions.open(id, {1000, 4242}));
        EXPECT_TRUE(opened) << opened.error().reason;
        return opened ? *std::move(opened) : OpenedSession{};
    }
    Error refusal() {
        const auto opened = core.run(core.sessions.open(id, {}));
        EXPECT_FALSE(opened);
        return opened ? Error{} : opened.error();
    }
    SessionRecord session(std::uint64_t process) {
        for (const SessionRecord& record : core.sessions.sessions(id)) {
            if (record.process == process) {
                return record;
            }
        }
        return {};
    }
    SessionRecord end_of(std::uint64_t process) {
        core.run_until([&] { return session(process).state == SessionState::ended; });
        return session(process);
    }
    WorkloadRef ref(std::uint64_t process) { return {id, core.registry.instance(id)->generation, process}; }
    InstanceState state() { return core.registry.instance(id)->state; }
    std::vector<std::string> kept_names() {
        std::vector<std::string> names;
        for (const auto& [name, fd] : core.keeper.kept) {
            names.push_back(name);
        }
        return names;
    }
};

TEST_F(ASession, IsTheStandbyThatWasWaitingAndAnotherStandbyFollows) {
    start();
    const std::uint64_t standby = core.sessions.standby(id)->ref.process;
    const OpenedSession opened = open();
    EXPECT_EQ(opened.process, standby);
    EXPECT_FALSE(session(standby).cold);
    wait_for_standbys();
    EXPECT_NE(core.sessions.standby(id)->ref.process, standby);
    EXPECT_EQ(core.registry.instance(id)->process, core.sessions.standby(id)->ref.process);
}

TEST_F(ASession, IsRecordedWithWhoOpenedItAndWhen) {
    start();
    const SessionRecord record = session(open().process);
    EXPECT_EQ(record.peer.uid, 1000U);
    EXPECT_EQ(record.peer.pid, 4242);
    EXPECT_GT(record.opened_at, 0U);
}

TEST_F(ASession, LeavesNoDuplicateOfTheClientsEndAnywhere) {
    start([](ProfileDefinition& profile) { profile.standby = 1; });
    OpenedSession opened = open();
    wait_for_standbys();
    // The session's own, and both of the standby behind it.
    EXPECT_THAT(kept_names(), SizeIs(3));
    opened.client.reset();
    EXPECT_EQ(end_of(opened.process).reason.text, "the client closed it");
    EXPECT_THAT(kept_names(), SizeIs(2));
    EXPECT_FALSE(core.runtime.workloads.contains(ref(opened.process)));
}

TEST_F(ASession, GetsEveryByteBehindTheAnswerToPing) {
    core.runtime.behaviour.behind_answer = "unsolicited\n";
    start();
    const OpenedSession opened = open();
    EXPECT_EQ(receive(core, opened.client.get()), "unsolicited\n");
}

TEST_F(ASession, IsInBlockingModeAsItsClientExpects) {
    start();
    const OpenedSession opened = open();
    EXPECT_EQ(::fcntl(opened.client.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(ASession, IsStartedColdWhereNoStandbyIsReady) {
    start([](ProfileDefinition& profile) { profile.standby = 0; });
    EXPECT_TRUE(session(open().process).cold);
}

TEST_F(ASession, IsRefusedBeyondMaxSessions) {
    start([](ProfileDefinition& profile) { profile.max_sessions = 2; });
    const OpenedSession first = open();
    wait_for_standbys();
    const OpenedSession second = open();
    const Error error = refusal();
    EXPECT_EQ(error.code, ErrorCode::LimitsExceeded);
    EXPECT_EQ(error.field, "maxSessions");
    EXPECT_THAT(error.reason, HasSubstr("2 processes"));
}

// Root has no such limit.
TEST_F(ASession, IsRefusedToAUserWhoHasManyAlready) {
    start([](ProfileDefinition& profile) {
        profile.standby = 0;
        profile.max_sessions = Sessions::most_of_user + 2;
    });
    std::vector<OpenedSession> opened;
    for (std::size_t i = 0; i < Sessions::most_of_user; ++i) {
        opened.push_back(open());
    }
    const auto refused = core.run(core.sessions.open(id, {1000, 4242}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::LimitsExceeded);
    EXPECT_THAT(refused.error().reason, HasSubstr("user 1000 has 256 sessions"));
    EXPECT_TRUE(core.run(core.sessions.open(id, {1001, 4242})));
    EXPECT_TRUE(core.run(core.sessions.open(id, {0, 4242})));
}

TEST_F(ASession, OfAnHttpServerIsRefusedWithItsEndpoint) {
    core.define("http");
    id = core.start("http").instance;
    const Error error = refusal();
    EXPECT_EQ(error.code, ErrorCode::NotSupported);
    EXPECT_THAT(error.hint, HasSubstr("http://127.0.0.1:"));
}

TEST_F(ASession, EndsWithSigtermWhereEndOfInputDoesNotEndIt) {
    core.runtime.behaviour.ignores_end_of_input = true;
    start([](ProfileDefinition& profile) { profile.drain_timeout = 100ms; });
    OpenedSession opened = open();
    opened.client.reset();
    EXPECT_EQ(end_of(opened.process).reason.text, "the client closed it, ended after SIGTERM");
}

TEST_F(ASession, IsKilledAtTheEndOfTheDrainTime) {
    core.runtime.behaviour.ignores_end_of_input = true;
    core.runtime.behaviour.ignores_sigterm = true;
    start([](ProfileDefinition& profile) { profile.drain_timeout = 50ms; });
    OpenedSession opened = open();
    opened.client.reset();
    EXPECT_EQ(end_of(opened.process).reason.text, "the client closed it, and was killed");
    EXPECT_EQ(state(), InstanceState::running);
}

TEST_F(ASession, WhoseClientEndsItsInputMayAnswerWhatItWasAsked) {
    core.runtime.behaviour.ignores_end_of_input = true;
    start([](ProfileDefinition& profile) { profile.drain_timeout = 1h; });
    const OpenedSession opened = open();
    ::shutdown(opened.client.get(), SHUT_WR);
    core.run_until([&] { return session(opened.process).state == SessionState::ending; });
    core.runtime.workloads[ref(opened.process)].stdio->write("late answer\n");
    EXPECT_EQ(receive(core, opened.client.get()), "late answer\n");
}

TEST_F(ASession, TellsItsClientAtOnceThatTheServerExited) {
    start();
    const OpenedSession opened = open();
    core.runtime.becomes(ref(opened.process), WorkloadPhase::failed, {ReasonCode::exit_code, "exited with code 3"});
    EXPECT_EQ(receive(core, opened.client.get()), std::nullopt);
    EXPECT_EQ(end_of(opened.process).reason.text, "exited with code 3");
    EXPECT_EQ(state(), InstanceState::running);
}

TEST_F(ASession, IsClosedOnRequest) {
    start();
    const OpenedSession opened = open();
    ASSERT_TRUE(core.sessions.close(id, opened.process));
    EXPECT_EQ(end_of(opened.process).reason.text, "closed on request");
    EXPECT_EQ(receive(core, opened.client.get()), std::nullopt);
    EXPECT_EQ(core.sessions.close(id, opened.process).error().code, ErrorCode::NotFound);
}

TEST_F(ASession, MayFinishWhileItsInstanceIsStopped) {
    start();
    OpenedSession opened = open();
    wait_for_standbys();
    const auto job = core.run(core.lifecycle.stop(id, {}));
    ASSERT_TRUE(job);
    core.run_until([&] { return core.sessions.ready_standbys(id) == 0; });
    EXPECT_EQ(refusal().code, ErrorCode::NotReady);
    opened.client.reset();
    const Job ended = core.wait_for_end(*job);
    EXPECT_EQ(ended.state, JobState::done);
    EXPECT_THAT(ended.progress, HasSubstr("1 processes ended by themselves, 1 after SIGTERM"));
    EXPECT_EQ(core.registry.instance(id), nullptr);
    EXPECT_TRUE(core.runtime.workloads.empty());
    EXPECT_THAT(kept_names(), SizeIs(0));
}

TEST_F(ASession, OutlivesARestartUntilTheDrainTimeWhileNewOnesAreOpened) {
    start([](ProfileDefinition& profile) {
        profile.drain_timeout = 1h;
        profile.max_drain_timeout = 1h;
    });
    OpenedSession old = open();
    const auto job = core.run(core.lifecycle.restart(id, {}));
    ASSERT_TRUE(job);
    const OpenedSession fresh = open();
    EXPECT_EQ(session(fresh.process).generation, 2U);
    EXPECT_EQ(session(old.process).generation, 1U);
    EXPECT_FALSE(core.registry.job(*job)->ended());
    old.client.reset();
    EXPECT_EQ(core.wait_for_end(*job).state, JobState::done);
    EXPECT_EQ(session(fresh.process).state, SessionState::open);
}

class AStandby : public ASession {};

TEST_F(AStandby, ThatNeverAnswersFailsTheStart) {
    core.runtime.behaviour.answers_ping = false;
    define([](ProfileDefinition& profile) { profile.start_timeout = 50ms; });
    const auto accepted = core.run(core.lifecycle.start({"files"}));
    const Job ended = core.wait_for_end(accepted->job);
    ASSERT_EQ(ended.state, JobState::failed);
    EXPECT_THAT(ended.error->reason, HasSubstr("did not answer ping within 50ms"));
    EXPECT_THAT(ended.last_lines, SizeIs(1));
    EXPECT_TRUE(core.runtime.workloads.empty());
    EXPECT_THAT(kept_names(), SizeIs(0));
}

TEST_F(AStandby, ThatDiesAtOnceFailsTheStartWithItsReason) {
    core.runtime.behaviour.dies_at_launch = Reason{ReasonCode::exit_code, "exited with code 7"};
    define();
    const auto accepted = core.run(core.lifecycle.start({"files"}));
    const Job ended = core.wait_for_end(accepted->job);
    EXPECT_THAT(ended.error->reason, HasSubstr("exited with code 7"));
    EXPECT_EQ(core.registry.instance(accepted->instance), nullptr);
}

TEST_F(AStandby, ThatDiesIsReplacedAfterADelay) {
    start();
    const std::uint64_t dead = core.sessions.standby(id)->ref.process;
    core.runtime.becomes(ref(dead), WorkloadPhase::failed, {ReasonCode::signal, "was killed by SIGSEGV"});
    core.run_until([&] { return state() == InstanceState::backoff; });
    EXPECT_EQ(core.registry.instance(id)->reason.text, "was killed by SIGSEGV");
    core.run_until([&] { return state() == InstanceState::running; });
    wait_for_standbys();
    EXPECT_NE(core.sessions.standby(id)->ref.process, dead);
    EXPECT_EQ(core.registry.instance(id)->restarts, 1U);
}

TEST_F(AStandby, ThatDiesTooOftenFailsTheInstanceAndLeavesSessionsAlone) {
    start();
    const OpenedSession opened = open();
    wait_for_standbys();
    core.runtime.behaviour.dies_at_launch = Reason{ReasonCode::exit_code, "exited with code 1"};
    core.runtime.becomes(ref(core.sessions.standby(id)->ref.process), WorkloadPhase::failed,
                         {ReasonCode::exit_code, "exited with code 1"});
    core.run_until([&] { return state() == InstanceState::failed; });
    EXPECT_EQ(core.registry.instance(id)->reason.code, ReasonCode::start_limit);
    EXPECT_THAT(core.registry.instance(id)->reason.text, HasSubstr("given up after 2 restarts"));
    EXPECT_EQ(session(opened.process).state, SessionState::open);
    EXPECT_EQ(refusal().code, ErrorCode::NotReady);
}

TEST_F(AStandby, IsNotReplacedWhereThePolicySaysNo) {
    start([](ProfileDefinition& profile) { profile.restart.mode = RestartMode::no; });
    core.runtime.becomes(ref(core.sessions.standby(id)->ref.process), WorkloadPhase::failed,
                         {ReasonCode::exit_code, "exited with code 1"});
    core.run_until([&] { return state() == InstanceState::failed; });
    EXPECT_EQ(core.registry.instance(id)->reason.text, "exited with code 1");
}

// The next agent: the same processes and kept descriptors, and nothing of the memory.
class AnAdoptedProcess : public ASession {
  protected:
    CoreUnderTest next;

    void hand_over_to_next() {
        for (auto& [workload, fake] : core.runtime.workloads) {
            next.runtime.workloads[workload] = fake;
        }
        next.registry.put_server(*core.registry.server("files"));
        next.registry.put_profile(*core.registry.profile("files"));
        Instance record = *core.registry.instance(id);
        record.process = 0;
        next.registry.put_instance(record);
        next.run(next.reconciler.at_start("boot-1", core.keeper.take()));
    }
};

TEST_F(AnAdoptedProcess, IsTheStandbyItWasAndReadyAfterAFreshPing) {
    start();
    const std::uint64_t standby = core.sessions.standby(id)->ref.process;
    hand_over_to_next();
    std::optional<OpenedSession> opened;
    asio::co_spawn(next.loop, next.sessions.open(id, {}),
                   [&](const std::exception_ptr&, Result<OpenedSession> result) { opened = *std::move(result); });
    // Its server runs on the loop of the agent before.
    next.run_until([&] {
        core.settle();
        return opened.has_value();
    });
    EXPECT_TRUE(opened->process == standby || next.sessions.sessions(id).front().cold);
}

TEST_F(AnAdoptedProcess, IsTheSessionItWas) {
    start();
    OpenedSession opened = open();
    hand_over_to_next();
    const auto sessions = next.sessions.sessions(id);
    ASSERT_THAT(sessions, SizeIs(1));
    EXPECT_EQ(sessions[0].process, opened.process);
    EXPECT_EQ(sessions[0].peer.uid, 1000U);
    EXPECT_EQ(sessions[0].peer.pid, 4242);
    opened.client.reset();
    next.run_until([&] { return next.sessions.sessions(id)[0].state != SessionState::open; });
}

TEST_F(AnAdoptedProcess, ThatEndedMeanwhileIsRecordedAndItsClientTold) {
    start();
    const OpenedSession opened = open();
    core.runtime.workloads.erase(ref(opened.process));
    hand_over_to_next();
    ASSERT_THAT(next.sessions.sessions(id), SizeIs(1));
    EXPECT_EQ(next.sessions.sessions(id)[0].state, SessionState::ended);
    EXPECT_EQ(receive(next, opened.client.get()), std::nullopt);
}

TEST_F(AnAdoptedProcess, WhoseDescriptorsAreLostIsEnded) {
    start();
    core.keeper.kept.clear();
    const WorkloadRef standby = ref(core.sessions.standby(id)->ref.process);
    hand_over_to_next();
    EXPECT_FALSE(next.runtime.workloads.contains(standby));
}

}  // namespace
}  // namespace mcpctl::test
