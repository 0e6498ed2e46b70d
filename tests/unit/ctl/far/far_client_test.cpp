#include "ctl/far/far_client.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "ctl/job_wait.hpp"
#include "ctl/log_following.hpp"
#include "ctl/output/json.hpp"
#include "tests/unit/ctl/far/environment.hpp"
#include "tests/unit/ctl/far/small_server.hpp"

namespace mcpctl::ctl::far {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* id = "3f2a0000-0000-4000-8000-000000000001";

InstanceInfo instance_named(const std::string& name) {
    InstanceInfo instance;
    instance.id = id;
    instance.name = name;
    instance.transport = "streamable-http";
    return instance;
}

std::string job_text(const std::string& state, const std::string& error = {}) {
    JobInfo job;
    job.id = 7;
    job.kind = "start";
    job.instance_id = id;
    job.state = state;
    job.error = error;
    job.message = error.empty() ? "" : "why";
    return to_json(job).dump();
}

bool asks_for(const std::string& request, const std::string& beginning) {
    return request.starts_with(beginning);
}

class AFarAgent : public ::testing::Test {
  protected:
    AFarAgent() { environment.set("MCPCTL_TOKEN", "secret"); }
    Environment environment;
};

TEST_F(AFarAgent, IsAskedWithTheToken) {
    std::string seen;
    SmallServer server([&](const std::string& request) {
        seen = request;
        return json_answer(R"({"servers":[{"name":"files","transport":"stdio","description":"","version":null}]})");
    });
    FarClient client({.host = server.origin()});
    const auto servers = client.servers();
    ASSERT_TRUE(servers) << servers.error().reason;
    ASSERT_EQ(servers->size(), 1U);
    EXPECT_EQ(servers->front().name, "files");
    EXPECT_THAT(seen, HasSubstr("Authorization: Bearer secret\r\n"));
}

TEST_F(AFarAgent, RefusesInTheWordsOfTheBridge) {
    SmallServer server([](const std::string&) { return problem_answer(403, "AccessDenied"); });
    FarClient client({.host = server.origin()});
    EXPECT_EQ(client.profiles().error(), (Error{ErrorCode::AccessDenied, "why", "where", "what then"}));
}

TEST_F(AFarAgent, IsNotMistakenForSomebodyElse) {
    SmallServer server([](const std::string&) { return answer(404, "text/html", "<h1>not here</h1>"); });
    FarClient client({.host = server.origin()});
    const auto found = client.find_instance("files");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(found.error().reason, HasSubstr("404"));
}

TEST_F(AFarAgent, ThatIsNotThereIsUnavailable) {
    std::string origin;
    {
        const SmallServer server([](const std::string&) { return std::string(); });
        origin = server.origin();
    }
    FarClient client({.host = origin});
    EXPECT_EQ(client.servers().error().code, ErrorCode::Unavailable);
}

TEST_F(AFarAgent, IsAskedAgainWhereItWentAwayBeforeItAnswered) {
    int count = 0;
    SmallServer server([&](const std::string&) { return ++count == 1 ? "" : json_answer(R"({"servers":[]})"); });
    FarClient client({.host = server.origin()});
    EXPECT_TRUE(client.servers());
    EXPECT_EQ(server.seen().size(), 2U);
}

TEST_F(AFarAgent, IsNotAskedTwiceToChangeSomething) {
    SmallServer server([](const std::string&) { return std::string(); });
    FarClient client({.host = server.origin()});
    const auto stopped = client.stop(instance_named("files"), {});
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(stopped.error().reason, HasSubstr("not known"));
    EXPECT_EQ(server.seen().size(), 1U);
}

TEST_F(AFarAgent, FindsAnInstanceByAPrefixOfItsId) {
    const std::string list = nlohmann::ordered_json{
        {"instances", nlohmann::ordered_json::array({to_json(instance_named("files"))})},
        {"next", nullptr}}.dump();
    SmallServer server([&](const std::string& request) {
        return asks_for(request, "GET /api/instances?") ? json_answer(list) : problem_answer(404, "NotFound");
    });
    FarClient client({.host = server.origin()});
    EXPECT_EQ(client.find_instance("3f2a0000")->name, "files");
    EXPECT_EQ(client.find_instance("beef0000").error().code, ErrorCode::NotFound);
}

TEST_F(AFarAgent, ReadsAListPageByPage) {
    const auto page = [](const char* name, const nlohmann::ordered_json& next) {
        return json_answer(nlohmann::ordered_json{
            {"instances", nlohmann::ordered_json::array({to_json(instance_named(name))})},
            {"next", next}}.dump());
    };
    SmallServer server([&](const std::string& request) {
        return request.contains("after=") ? page("second", nullptr) : page("first", "first");
    });
    FarClient client({.host = server.origin()});
    EXPECT_EQ(client.instances()->size(), 2U);
    EXPECT_THAT(server.seen(), ElementsAre("GET /api/instances?limit=1000 HTTP/1.1",
                                           "GET /api/instances?limit=1000&after=first HTTP/1.1"));
}

TEST_F(AFarAgent, BeginsAJobWithoutWaitingAndLooksAtItUntilItEnds) {
    int looks = 0;
    std::string begun;
    SmallServer server([&](const std::string& request) {
        if (asks_for(request, "POST")) {
            begun = request;
            return json_answer(job_text("running"), 202, "Location: /api/jobs/7\r\n");
        }
        return json_answer(job_text(++looks < 3 ? "running" : "done"));
    });
    FarClient client({.host = server.origin()});
    const auto accepted = client.start("files", {.name = "second"});
    ASSERT_TRUE(accepted) << accepted.error().reason;
    EXPECT_EQ(accepted->instance, "/org/mcpctl/Agent1/instance/3f2a0000000040008000000000000001");
    EXPECT_EQ(wait_for_job(client, accepted->job, {}).job.state, "done");
    EXPECT_THAT(begun, HasSubstr("Prefer: respond-async\r\n"));
    EXPECT_THAT(begun, HasSubstr(R"({"name":"second","profileName":"files"})"));
}

TEST_F(AFarAgent, FindsTheJobThatFailedBeforeItWasAsked) {
    SmallServer server([&](const std::string& request) {
        return asks_for(request, "POST")
                   ? problem_answer(502, "StartFailed", "Link: </api/jobs/7>; rel=\"related\"\r\n")
                   : json_answer(job_text("failed", "StartFailed"));
    });
    FarClient client({.host = server.origin()});
    const auto accepted = client.start("files", {});
    ASSERT_TRUE(accepted) << accepted.error().reason;
    const JobOutcome outcome = wait_for_job(client, accepted->job, {});
    EXPECT_EQ(outcome.job.state, "failed");
    EXPECT_EQ(outcome.job.error, "StartFailed");
}

TEST_F(AFarAgent, IsWaitedForWhereItGoesAwayDuringAJob) {
    int looks = 0;
    SmallServer server([&](const std::string&) {
        ++looks;
        return looks == 1  ? json_answer(job_text("running"))
               : looks < 4 ? problem_answer(503, "Unavailable")
                           : json_answer(job_text("done"));
    });
    FarClient client({.host = server.origin()});
    const JobOutcome outcome = wait_for_job(client, "/org/mcpctl/Agent1/job/7", {});
    EXPECT_EQ(outcome.kind, JobOutcome::Kind::ended) << outcome.error.reason;
    EXPECT_EQ(outcome.job.state, "done");
}

TEST_F(AFarAgent, SaysWhatDoesNotGoOverHttp) {
    FarClient client({.host = "https://panel.example"});
    for (const Error& error : {client.audit({}).error(), client.tokens().error(), client.secrets().error(),
                               client.server_definition("x").error(), client.reach(instance_named("x")).error(),
                               client.sessions(instance_named("x")).error(), client.workloads({}).error(),
                               client.health_history({}, 1).error()}) {
        EXPECT_EQ(error.code, ErrorCode::NotSupported);
        EXPECT_THAT(error.reason, HasSubstr("does not go over HTTP: run it on the machine itself"));
    }
}

TEST_F(AFarAgent, IsNotWaitedForAfterAnInterrupt) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    SmallServer server([&](const std::string&) {
        writer.reset();  // as it is being asked
        return std::string();
    });
    FarClient client({.host = server.origin()});
    client.watch_interrupt(reader.get());
    EXPECT_FALSE(client.servers());
    EXPECT_TRUE(client.was_interrupted());
    EXPECT_FALSE(client.pause(std::chrono::seconds(60)));
}

// Lines 1 and 2, then the connection breaks; line 3, then nothing more will come.
class AFarLog : public AFarAgent {
  protected:
    static std::string event(int number) {
        return std::format("id: c{0}\ndata: {{\"message\":\"line {0}\",\"cursor\":\"c{0}\"}}\n\n", number);
    }
    std::string handle(const std::string& request) {
        if (request.contains("Upgrade: websocket")) {
            return problem_answer(400, "InvalidArgument");
        }
        if (!asks_for(request, "GET /api/instances/") || !request.contains("/logs/stream")) {
            return asks_for(request, std::format("GET /api/instances/{}/logs?", id))
                       ? json_answer(R"({"lines":[],"cursor":"c3","more":false})")
                       : problem_answer(404, "NotFound");
        }
        if (++streams_ == 1) {
            return stream_answer("retry: 2000\n\n: word\n\n" + event(1) + event(2) + "id: c3\ndata: {\"mess");
        }
        return streams_ == 2 ? problem_answer(503, "Unavailable")
                             : stream_answer(event(3) + "event: end\ndata: {}\n\n");
    }
    int streams_ = 0;
};

TEST_F(AFarLog, IsFollowedOverABrokenConnectionWithoutLossOrRepeat) {
    SmallServer server([this](const std::string& request) { return handle(request); });
    Context context;
    context.out = context.err = Terminal{};
    context.remote.host = server.origin();
    LogOptions query;
    query.tail = 10;
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const ExitCode code = follow_log(context, instance_named("files"), query, LogFormat::ndjson, -1);
    std::fflush(stdout);
    const std::string out = testing::internal::GetCapturedStdout();
    const std::string err = testing::internal::GetCapturedStderr();
    EXPECT_EQ(code, ExitCode::done) << err;
    EXPECT_EQ(out,
              "{\"message\":\"line 1\",\"cursor\":\"c1\"}\n{\"message\":\"line 2\",\"cursor\":\"c2\"}\n"
              "{\"message\":\"line 3\",\"cursor\":\"c3\"}\n");
    EXPECT_THAT(err, HasSubstr("connection lost, trying again in "));
    EXPECT_THAT(err, HasSubstr("connected again"));
    std::vector<std::string> seen = server.seen();
    std::erase_if(seen, [](const std::string& line) { return !line.contains("/logs/stream"); });
    const std::string stream = std::format("GET /api/instances/{}/logs/stream", id);
    // The WebSocket was tried once, and then it was known that it does not get through.
    EXPECT_THAT(seen, ElementsAre(stream + "?tail=10 HTTP/1.1", stream + "?tail=10 HTTP/1.1",
                                  stream + "?cursor=c2 HTTP/1.1", stream + "?cursor=c2 HTTP/1.1"));
}

TEST_F(AFarLog, EndsWithARefusalThatDoesNotPass) {
    int streams = 0;
    SmallServer server([&](const std::string& request) {
        if (request.contains("Upgrade: websocket")) {
            return problem_answer(400, "InvalidArgument");
        }
        return ++streams == 1 ? stream_answer(event(1)) : problem_answer(401, "AccessDenied");
    });
    Context context;
    context.out = context.err = Terminal{};
    context.remote.host = server.origin();
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const ExitCode code = follow_log(context, instance_named("files"), {}, LogFormat::ndjson, -1);
    std::fflush(stdout);
    testing::internal::GetCapturedStdout();
    const std::string err = testing::internal::GetCapturedStderr();
    EXPECT_EQ(code, ExitCode::refused);
    EXPECT_THAT(err, HasSubstr("mcpctl: why"));
}

}  // namespace
}  // namespace mcpctl::ctl::far
