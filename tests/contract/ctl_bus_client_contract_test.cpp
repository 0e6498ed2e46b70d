// The tool's client against the generated adaptors.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <format>
#include <thread>

#include "ctl/bus_client.hpp"
#include "ctl/job_wait.hpp"
#include "tests/contract/fake_agent.hpp"

namespace mcpctl {
namespace {

using namespace std::chrono_literals;
using ctl::BusClient;
using ctl::JobOutcome;
using test::FakeAgent;

const std::string job_path = dbus::job_path(1);

// Hands out one connection per agent, then says that nobody answers.
class BusClientContract : public ::testing::Test {
  protected:
    FakeAgent& add_agent(const std::function<void(FakeAgent&)>& setup = [](FakeAgent&) {}) {
        return *agents_.emplace_back(std::make_unique<FakeAgent>(setup));
    }
    static std::function<void(FakeAgent&)> with_job(const std::string& state = "running") {
        return [state](FakeAgent& agent) { agent.add_job(1).state = state; };
    }
    JobOutcome wait(ctl::JobWaitOptions options = {}) { return ctl::wait_for_job(client_, job_path, options); }

    std::vector<std::unique_ptr<FakeAgent>> agents_;
    std::size_t connections_ = 0;
    BusClient client_{[this](ctl::SteadyClock::time_point, int) -> Result<std::unique_ptr<ctl::Connection>> {
        if (connections_ >= agents_.size()) {
            return fail(ErrorCode::Unavailable, "nobody answers");
        }
        return agents_[connections_++]->connection();
    }};
};

TEST_F(BusClientContract, FindsAndDecodesAnInstance) {
    add_agent();
    const auto instance = client_.find_instance("everything");
    ASSERT_TRUE(instance) << instance.error().reason;
    EXPECT_EQ(instance->path, dbus::instance_path(test::instance_hex));
    EXPECT_EQ(instance->id, "3f2a0000-0000-4000-8000-000000000001");
    EXPECT_EQ(instance->transport, "sse");
    EXPECT_EQ(instance->generation, 3U);
    EXPECT_EQ(instance->port, 26270);
    EXPECT_EQ(instance->restarts, 2U);
    EXPECT_EQ(instance->sessions, 3U);
    EXPECT_EQ(instance->standbys, 1U);
    EXPECT_EQ(instance->started_at, 6U);
    EXPECT_EQ(client_.failure_log(*instance), std::vector<std::string>{"last words"});
    EXPECT_EQ(client_.workloads(*instance), "[]");
}

TEST_F(BusClientContract, PassesRefusalsOnWithFieldAndHint) {
    add_agent();
    const auto missing = client_.find_instance("nobody");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error(), (Error{ErrorCode::NotFound, "no such thing: nobody", "name", "look again"}));
    EXPECT_EQ(client_.remove_server("x").error().code, ErrorCode::NotFound);
    EXPECT_TRUE(client_.add_server("{}"));
    EXPECT_TRUE(client_.add_profile("{}"));
}

TEST_F(BusClientContract, SendsSecretsByteForByteAndListsThemWithout) {
    FakeAgent& agent = add_agent();
    EXPECT_TRUE(client_.set_secret("api-key", {'a', 0, 0xff, '\n'}));
    EXPECT_EQ(agent.manager->secrets_set.at("api-key"), std::string("a\0\xff\n", 4));
    const auto secrets = client_.secrets();
    ASSERT_TRUE(secrets);
    ASSERT_EQ(secrets->size(), 1U);
    EXPECT_EQ((*secrets)[0].name, "api-key");
    EXPECT_EQ((*secrets)[0].set_at, 7U);
    EXPECT_EQ((*secrets)[0].used_by, std::vector<std::string>{"server x"});
    EXPECT_EQ(client_.remove_secret("api-kye").error().code, ErrorCode::NotFound);
}

TEST_F(BusClientContract, ListsByInterface) {
    add_agent(with_job());
    EXPECT_EQ(client_.agent()->version, "1.2.3");
    ASSERT_EQ(client_.instances()->size(), 1U);
    EXPECT_EQ(client_.instances()->front().name, "everything");
    ASSERT_EQ(client_.jobs()->size(), 1U);
    EXPECT_EQ(client_.jobs()->front().instance_id, "3f2a0000-0000-4000-8000-000000000001");
    EXPECT_TRUE(client_.servers()->empty());
}

TEST_F(BusClientContract, SendsTheOptionsOfStartAndStop) {
    FakeAgent& agent = add_agent(with_job());
    test::Options started;
    test::Options stopped;
    agent.manager->on_start = [&](const std::string&, test::Options options) { started = std::move(options); };
    agent.instance->on_stop = [&](test::Options options) {
        stopped = std::move(options);
        return sdbus::ObjectPath(job_path);
    };
    ASSERT_TRUE(client_.start("everything", {"second"}));
    EXPECT_EQ(started.at("name").get<std::string>(), "second");
    const auto instance = client_.find_instance("everything");
    ASSERT_EQ(client_.stop(*instance, {1500ms})->job, job_path);
    EXPECT_EQ(stopped.at("drain-timeout").get<double>(), 1.5);
    ASSERT_TRUE(client_.restart(*instance, {{}, true}));
    EXPECT_TRUE(stopped.at("refresh").get<bool>());
    EXPECT_FALSE(stopped.contains("drain-timeout"));
}

TEST_F(BusClientContract, DecodesHealthAndKeepsWhatIsNotKnownApartFromNothing) {  // M04
    FakeAgent& agent = add_agent();
    agent.instance->health = R"({"readiness": "ready", "consecutiveFailures": 1, "failureThreshold": 3, "alert": false,
                                 "latency": 2100, "memory": null, "tasks": 0, "later": "for newer tools"})";
    const auto instance = client_.find_instance("everything");
    EXPECT_EQ(instance->readiness, "not-ready");
    EXPECT_EQ(instance->liveness, "alive");
    EXPECT_TRUE(instance->alert);
    EXPECT_EQ(instance->health_reason, "the server did not answer");
    const auto health = client_.check_health(*instance);
    ASSERT_TRUE(health) << health.error().reason;
    EXPECT_EQ(health->failure_threshold, 3U);
    EXPECT_EQ(health->latency, 2100U);
    EXPECT_EQ(health->memory, std::nullopt);
    EXPECT_EQ(health->cpu, std::nullopt);
    EXPECT_EQ(health->tasks, 0U);
    EXPECT_FALSE(health->answers());
    const auto changes = client_.health_history(*instance, 20);
    ASSERT_TRUE(changes) << changes.error().reason;
    EXPECT_EQ(agent.instance->asked_changes, 20U);
    EXPECT_EQ(changes->front().reason, "exited");
    agent.instance->health = "[1]";
    EXPECT_EQ(client_.statistics(*instance).error().code, ErrorCode::Internal);
}

TEST_F(BusClientContract, OpensListsAndClosesSessions) {
    FakeAgent& agent = add_agent();
    agent.instance->transport = "stdio";
    agent.instance->sessions =
        R"([{"session": "8c41000000000001", "pid": 7, "state": "open", "cold": true, "peerUid": 1000, "peerPid": 8,
             "openedAt": 5, "later": "unknown keys are for newer tools"}])";
    const auto instance = client_.find_instance("everything");
    auto opened = client_.open_session(*instance, 30s);
    ASSERT_TRUE(opened) << opened.error().reason;
    EXPECT_EQ(opened->id, "8c41000000000001");
    const auto sessions = client_.sessions(*instance);
    ASSERT_EQ(sessions->size(), 1U);
    EXPECT_EQ(sessions->front().instance, "everything");
    EXPECT_EQ(sessions->front().peer_uid, 1000U);
    EXPECT_TRUE(sessions->front().cold);
    ASSERT_TRUE(client_.close_session(*instance, opened->id));
    EXPECT_EQ(agent.instance->closed_session, opened->id);
    // A duplicate that stayed behind would keep the server from ever seeing the end of its input.
    ASSERT_EQ(::write(opened->socket.get(), "x", 1), 1);
    opened->socket.reset();
    char byte = 0;
    EXPECT_EQ(::read(agent.instance->session.get(), &byte, 1), 1);
    EXPECT_EQ(::read(agent.instance->session.get(), &byte, 1), 0);
}

TEST_F(BusClientContract, OpensASessionOnANewConnectionWhenTheAgentLeft) {
    add_agent().vanish();
    add_agent().instance->transport = "stdio";
    ctl::InstanceInfo instance;
    instance.path = dbus::instance_path(test::instance_hex);
    EXPECT_TRUE(client_.open_session(instance, 30s));
    EXPECT_EQ(connections_, 2U);
}

TEST_F(BusClientContract, ReadsPagesOfALogAndFollowsIt) {
    FakeAgent& agent = add_agent();
    const auto instance = client_.find_instance("everything");
    const auto page =
        client_.logs(*instance, {.tail = 5, .cursor = {}, .since = {}, .until = {}, .level = "error", .grep = {}});
    ASSERT_TRUE(page) << page.error().reason;
    EXPECT_EQ(page->lines, std::vector<std::string>{"{}"});
    EXPECT_EQ(page->cursor, "cursor");
    EXPECT_TRUE(page->more);
    const auto& sent = agent.instance->log_options.at(0);
    EXPECT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent.at("tail").get<std::uint64_t>(), 5U);
    EXPECT_EQ(sent.at("level").get<std::string>(), "error");
    const auto removed = client_.logs_of_removed("some id", {});
    EXPECT_EQ(removed->lines, std::vector<std::string>{"of some id"});
    const auto follow = client_.follow_logs(*instance, {});
    ASSERT_TRUE(follow) << follow.error().reason;
    EXPECT_EQ((*follow)->take_lines(-1, [](std::string_view) {}, [] { return true; }), ctl::FollowEnd::ended);
}

TEST_F(BusClientContract, ReadsPagesOfTheAuditTrailAndFollowsIt) {
    FakeAgent& agent = add_agent();
    ctl::AuditOptions options;
    options.tail = 5;
    options.actor = "alice";
    const auto page = client_.audit(options);
    ASSERT_TRUE(page) << page.error().reason;
    EXPECT_EQ(page->lines, std::vector<std::string>{"{}"});
    EXPECT_EQ(page->cursor, "cursor");
    const auto& sent = agent.manager->audit_options.at(0);
    EXPECT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent.at("tail").get<std::uint64_t>(), 5U);
    EXPECT_EQ(sent.at("actor").get<std::string>(), "alice");
    const auto pipe = client_.follow_audit({});
    ASSERT_TRUE(pipe) << pipe.error().reason;
    char byte = 0;
    EXPECT_EQ(::read(pipe->get(), &byte, 1), 0);
}

TEST_F(BusClientContract, ReportsAListOfSessionsThatItDoesNotUnderstand) {
    FakeAgent& agent = add_agent();
    const auto instance = client_.find_instance("everything");
    for (const char* list : {"", "[", "[1]", R"([{"pid": "seven"}])"}) {
        agent.instance->sessions = list;
        const auto sessions = client_.sessions(*instance);
        ASSERT_FALSE(sessions) << list;
        EXPECT_EQ(sessions.error().code, ErrorCode::Internal);
    }
}

TEST_F(BusClientContract, RepeatsAReadingCallWhenTheAgentLeftBeforeItAnswered) {
    add_agent().vanish();
    add_agent();
    EXPECT_TRUE(client_.find_instance("everything"));
    EXPECT_EQ(connections_, 2U);
}

TEST_F(BusClientContract, DoesNotRepeatAChangingCall) {
    add_agent().vanish();
    add_agent();
    const auto added = client_.add_server("{}");
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::Unavailable);
    EXPECT_NE(added.error().reason.find("not known"), std::string::npos) << added.error().reason;
    EXPECT_EQ(connections_, 1U);
}

TEST_F(BusClientContract, MissesNoEndThatComesBeforeTheReply) {
    FakeAgent& agent = add_agent(with_job());
    agent.manager->on_start = [&](const std::string&, const test::Options&) {
        agent.job->end("done");
        agent.manager->emitJobRemoved(1, sdbus::ObjectPath(job_path), sdbus::ObjectPath("/"), "done", "", "");
    };
    ASSERT_TRUE(client_.start("everything", {}));
    const JobOutcome outcome = wait();
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::ended);
    EXPECT_EQ(outcome.job.state, "done");
}

TEST_F(BusClientContract, ReportsEachStepAndTheEnd) {
    FakeAgent& agent = add_agent(with_job());
    std::vector<std::string> steps;
    ctl::JobWaitOptions options;
    options.on_progress = [&](const std::string& step) {
        steps.push_back(step);
        if (steps.size() == 1) {
            agent.job->advance("waiting for port 26270");
        } else {
            agent.job->last_lines = {"boom"};
            agent.job->end("failed", "StartFailed", "exited with code 3\nHint: look");
        }
    };
    const JobOutcome outcome = wait(options);
    EXPECT_EQ(steps, (std::vector<std::string>{"", "waiting for port 26270"}));
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::ended);
    EXPECT_EQ(outcome.job.state, "failed");
    EXPECT_EQ(outcome.job.error, "StartFailed");
    EXPECT_EQ(outcome.job.message, "exited with code 3\nHint: look");
    EXPECT_EQ(client_.last_lines(job_path), std::vector<std::string>{"boom"});
}

TEST_F(BusClientContract, LearnsTheEndFromJobRemovedAlone) {
    FakeAgent& agent = add_agent(with_job());
    ctl::JobWaitOptions options;
    options.on_progress = [&](const std::string&) {
        agent.manager->emitJobRemoved(1, sdbus::ObjectPath(job_path), sdbus::ObjectPath("/"), "canceled", "Canceled",
                                      "somebody else");
    };
    const JobOutcome outcome = wait(options);
    EXPECT_EQ(outcome.job.state, "canceled");
    EXPECT_EQ(outcome.job.message, "somebody else");
}

TEST_F(BusClientContract, StopsWaitingAtTheDeadline) {
    add_agent(with_job());
    ctl::JobWaitOptions options;
    options.deadline = ctl::SteadyClock::now();
    EXPECT_EQ(wait(options).kind, JobOutcome::Kind::timed_out);
}

TEST_F(BusClientContract, StopsWaitingWhenInterrupted) {
    add_agent(with_job());
    int pipe_ends[2] = {-1, -1};
    ASSERT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
    const UniqueFd reading(pipe_ends[0]);
    const UniqueFd writing(pipe_ends[1]);
    client_.watch_interrupt(reading.get());
    ctl::JobWaitOptions options;
    options.on_progress = [&](const std::string&) { ASSERT_EQ(::write(writing.get(), "x", 1), 1); };
    EXPECT_EQ(wait(options).kind, JobOutcome::Kind::interrupted);
    EXPECT_TRUE(client_.was_interrupted());
}

TEST_F(BusClientContract, FollowsAJobOverARestartOfTheAgent) {
    FakeAgent& first = add_agent(with_job());
    add_agent(with_job("done"));
    ctl::JobWaitOptions options;
    options.on_progress = [&](const std::string&) { first.vanish(); };
    const JobOutcome outcome = wait(options);
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::ended);
    EXPECT_EQ(outcome.job.state, "done");
    EXPECT_EQ(connections_, 2U);
}

// The question for the job is repeated on a new connection, and the job is followed there.
TEST_F(BusClientContract, FollowsAJobWhoseAgentLeftOnceItHadAcceptedIt) {
    FakeAgent& first = add_agent(with_job());
    FakeAgent& second = add_agent(with_job());
    ASSERT_TRUE(client_.start("everything", {}));
    first.vanish();
    ctl::JobWaitOptions options;
    options.deadline = ctl::SteadyClock::now() + 10s;
    options.on_progress = [&](const std::string&) { second.job->end("done"); };
    const JobOutcome outcome = wait(options);
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::ended);
    EXPECT_EQ(outcome.job.state, "done");
}

TEST_F(BusClientContract, SaysWhenTheJobIsUnknownAfterARestart) {
    FakeAgent& first = add_agent(with_job());
    add_agent();
    ctl::JobWaitOptions options;
    options.on_progress = [&](const std::string&) { first.vanish(); };
    const JobOutcome outcome = wait(options);
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::lost);
    EXPECT_EQ(outcome.error.code, ErrorCode::Internal) << outcome.error.reason;
    EXPECT_NE(outcome.error.reason.find("no longer knows job 1"), std::string::npos) << outcome.error.reason;
}

TEST_F(BusClientContract, GivesUpOnAnAgentThatDoesNotComeBack) {
    FakeAgent& first = add_agent(with_job());
    ctl::JobWaitOptions options;
    options.patience = 60ms;
    options.on_progress = [&](const std::string&) { first.vanish(); };
    const JobOutcome outcome = wait(options);
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::lost);
    EXPECT_EQ(outcome.error.code, ErrorCode::Unavailable);
}

class AgentSocket : public ::testing::Test {
  protected:
    AgentSocket() { std::filesystem::create_directory(directory_); }
    ~AgentSocket() override { std::filesystem::remove_all(directory_); }

    Result<std::unique_ptr<ctl::Connection>> connect(std::chrono::milliseconds patience) {
        return ctl::connect(ctl::ConnectionChoice::socket, path_, ctl::SteadyClock::now() + patience, -1);
    }
    UniqueFd listen() {
        UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener.get(), 8), 0);
        return listener;
    }

    std::filesystem::path directory_ = std::filesystem::temp_directory_path() / std::format("mcpctl-{}", ::getpid());
    std::string path_ = directory_ / "agent.socket";
};

TEST_F(AgentSocket, IsUnavailableWhenNobodyListens) {
    const auto connection = connect(1s);
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, ErrorCode::Unavailable);
    EXPECT_NE(connection.error().hint.find("systemctl status mcpctl-agent.service"), std::string::npos);
}

// Socket activation: the kernel accepts while the agent is only starting.
TEST_F(AgentSocket, IsUnavailableWhenNobodyAnswersInTime) {
    const UniqueFd listener = listen();
    const auto connection = connect(30ms);
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, ErrorCode::Unavailable);
    EXPECT_NE(connection.error().reason.find("in time"), std::string::npos) << connection.error().reason;
}

TEST_F(AgentSocket, TriesAgainWhenAnExitingAgentBreaksTheHandshakeOff) {
    const UniqueFd listener = listen();
    std::thread agent([&] {
        UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
        const int second = ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
        const auto server = sdbus::createServerBus(second);
    });
    const auto connection = connect(10s);
    agent.join();
    EXPECT_TRUE(connection) << connection.error().reason;
}

}  // namespace
}  // namespace mcpctl
