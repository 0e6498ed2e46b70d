// The tool's client against the generated adaptors.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <format>
#include <thread>

#include "ctl/client.hpp"
#include "ctl/job_wait.hpp"
#include "tests/contract/fake_agent.hpp"

namespace mcpctl {
namespace {

using namespace std::chrono_literals;
using ctl::AgentClient;
using ctl::JobOutcome;
using test::FakeAgent;

const std::string job_path = dbus::job_path(1);

// Hands out one connection per agent, then says that nobody answers.
class AgentClientContract : public ::testing::Test {
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
    AgentClient client_{[this](ctl::SteadyClock::time_point, int) -> Result<std::unique_ptr<ctl::Connection>> {
        if (connections_ >= agents_.size()) {
            return fail(ErrorCode::Unavailable, "nobody answers");
        }
        return agents_[connections_++]->connection();
    }};
};

TEST_F(AgentClientContract, FindsAndDecodesAnInstance) {
    add_agent();
    const auto instance = client_.find_instance("everything");
    ASSERT_TRUE(instance) << instance.error().reason;
    EXPECT_EQ(instance->path, dbus::instance_path(test::instance_hex));
    EXPECT_EQ(instance->id, "3f2a0000-0000-4000-8000-000000000001");
    EXPECT_EQ(instance->transport, "sse");
    EXPECT_EQ(instance->generation, 3U);
    EXPECT_EQ(instance->port, 26270);
    EXPECT_EQ(instance->restarts, 2U);
    EXPECT_EQ(instance->started_at, 6U);
    EXPECT_EQ(client_.failure_log(*instance), std::vector<std::string>{"last words"});
    EXPECT_EQ(client_.workloads(*instance), "[]");
}

TEST_F(AgentClientContract, PassesRefusalsOnWithFieldAndHint) {
    add_agent();
    const auto missing = client_.find_instance("nobody");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error(), (Error{ErrorCode::NotFound, "no such thing: nobody", "name", "look again"}));
    EXPECT_EQ(client_.remove_server("x").error().code, ErrorCode::NotFound);
    EXPECT_TRUE(client_.add_server("{}"));
    EXPECT_TRUE(client_.add_profile("{}"));
}

TEST_F(AgentClientContract, ListsByInterface) {
    add_agent(with_job());
    EXPECT_EQ(client_.agent()->version, "1.2.3");
    ASSERT_EQ(client_.instances()->size(), 1U);
    EXPECT_EQ(client_.instances()->front().name, "everything");
    ASSERT_EQ(client_.jobs()->size(), 1U);
    EXPECT_EQ(client_.jobs()->front().instance_id, "3f2a0000-0000-4000-8000-000000000001");
    EXPECT_TRUE(client_.servers()->empty());
}

TEST_F(AgentClientContract, SendsTheOptionsOfStartAndStop) {
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

TEST_F(AgentClientContract, RepeatsAReadingCallWhenTheAgentLeftBeforeItAnswered) {
    add_agent().vanish();
    add_agent();
    EXPECT_TRUE(client_.find_instance("everything"));
    EXPECT_EQ(connections_, 2U);
}

TEST_F(AgentClientContract, DoesNotRepeatAChangingCall) {
    add_agent().vanish();
    add_agent();
    const auto added = client_.add_server("{}");
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::Unavailable);
    EXPECT_NE(added.error().reason.find("not known"), std::string::npos) << added.error().reason;
    EXPECT_EQ(connections_, 1U);
}

TEST_F(AgentClientContract, MissesNoEndThatComesBeforeTheReply) {
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

TEST_F(AgentClientContract, ReportsEachStepAndTheEnd) {
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

TEST_F(AgentClientContract, LearnsTheEndFromJobRemovedAlone) {
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

TEST_F(AgentClientContract, StopsWaitingAtTheDeadline) {
    add_agent(with_job());
    ctl::JobWaitOptions options;
    options.deadline = ctl::SteadyClock::now();
    EXPECT_EQ(wait(options).kind, JobOutcome::Kind::timed_out);
}

TEST_F(AgentClientContract, StopsWaitingWhenInterrupted) {
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

TEST_F(AgentClientContract, FollowsAJobOverARestartOfTheAgent) {
    FakeAgent& first = add_agent(with_job());
    add_agent(with_job("done"));
    ctl::JobWaitOptions options;
    options.on_progress = [&](const std::string&) { first.vanish(); };
    const JobOutcome outcome = wait(options);
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::ended);
    EXPECT_EQ(outcome.job.state, "done");
    EXPECT_EQ(connections_, 2U);
}

TEST_F(AgentClientContract, SaysWhenTheJobIsUnknownAfterARestart) {
    FakeAgent& first = add_agent(with_job());
    add_agent();
    ctl::JobWaitOptions options;
    options.on_progress = [&](const std::string&) { first.vanish(); };
    const JobOutcome outcome = wait(options);
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::lost);
    EXPECT_EQ(outcome.error.code, ErrorCode::Internal) << outcome.error.reason;
    EXPECT_NE(outcome.error.reason.find("no longer knows job 1"), std::string::npos) << outcome.error.reason;
}

TEST_F(AgentClientContract, GivesUpOnAnAgentThatDoesNotComeBack) {
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
