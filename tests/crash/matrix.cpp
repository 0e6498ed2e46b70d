#include "tests/crash/matrix.hpp"

#include <algorithm>
#include <csignal>
#include <format>

#include "tests/crash/truth.hpp"

namespace mcpctl::test {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* subject = "subject";
constexpr int failed = 1;
constexpr int unreachable = 5;
// "Never unknown for more than a minute."
constexpr auto patience = 60s;

// A caller is never left without a word on what to do next.
void expect_clear(const Output& answer) {
    if (answer.status == unreachable) {
        EXPECT_THAT(answer.err,
                    AnyOf(HasSubstr("whether the request was carried out is not known"),
                          HasSubstr("cannot reach the agent"), HasSubstr("the connection to the agent broke")));
        EXPECT_THAT(answer.err, HasSubstr("hint: "));
    }
}

std::optional<ctl::InstanceInfo> find(const std::string& name) {
    std::optional<ctl::InstanceInfo> found;
    const auto client = new_client();
    EXPECT_TRUE(eventually(
        [&] {
            const auto instance = client->find_instance(name);
            if (instance) {
                found = *instance;
            }
            return instance || instance.error().code == ErrorCode::NotFound;
        },
        patience));
    return found;
}

void expect_no_open_job() {
    const auto client = new_client();
    EXPECT_TRUE(eventually(
        [&] {
            const auto jobs = client->jobs();
            return jobs && std::ranges::all_of(*jobs, [](const ctl::JobInfo& job) { return job.ended(); });
        },
        patience))
        << "a job does not end";
}

std::uint64_t generation_of_subject() {
    const auto instance = find(subject);
    return instance ? instance->generation : 0;
}

Operation start_of_subject() {
    return {"start", {"start", "slow", "--name", subject}, 0, [] { return find(subject).has_value(); }};
}

Operation restart_of_subject() {
    return {"restart", {"restart", subject}, 0, [before = generation_of_subject()] {
                return generation_of_subject() == before + 1;
            }};
}

Operation stop_of_subject() {
    return {"stop", {"stop", subject, "--yes"}, 0, [] { return !find(subject); }};
}

std::vector<std::string> chain(const std::string& first, std::span<const std::string_view> later) {
    std::vector<std::string> points{first};
    for (const std::string_view point : later) {
        points.push_back(std::format("adoption: {}", point));
    }
    return points;
}

}  // namespace

void CrashMatrix::SetUp() {
    MachineTest::SetUp();
    agent_.emplace();
}

void CrashMatrix::TearDown() {
    CrashingAgent::arm({});
    MachineTest::TearDown();
    agent_.reset();
}

void CrashMatrix::add_bystanders() {
    define_test_server("bystander", {}, rarely_checked);
    for (const char* name : {"bystander", "bystander-2"}) {
        MachineTest::start("bystander");
        running_.insert(name);
        bystanders_[name] = processes_of(*find(name));
    }
}

void CrashMatrix::expect_settled() const {
    std::string found;
    EXPECT_TRUE(eventually([&] { return (found = differences(running_)).empty(); }, patience)) << found;
    for (const auto& [name, processes] : bystanders_) {
        const auto instance = find(name);
        EXPECT_EQ(instance ? processes_of(*instance) : std::set<int>(), processes) << name;
    }
}

void CrashMatrix::expect_consumed(const std::vector<std::string>& armed) {
    EXPECT_TRUE(eventually([] { return CrashingAgent::still_armed().empty(); }, patience))
        << "no agent came by " << ::testing::PrintToString(CrashingAgent::still_armed()) << " of "
        << ::testing::PrintToString(armed) << "; passed: " << ::testing::PrintToString(CrashingAgent::passed());
}

void CrashMatrix::attempt(const Operation& operation, const Point& point) {
    attempt(operation, point.promise, {std::format("{}: {}", operation.phase, point.name)});
}

void CrashMatrix::attempt(const Operation& operation, Promise promise, const std::vector<std::string>& armed) {
    SCOPED_TRACE(armed.front());
    CrashingAgent::arm(armed);
    const Output answer = mcpctl(operation.command);
    expect_consumed(armed);
    passed_.merge(CrashingAgent::passed());
    expect_clear(answer);
    switch (promise) {
        case Promise::nothing:
        case Promise::either:
            EXPECT_EQ(answer.status, unreachable) << answer.out << answer.err;
            break;
        case Promise::stored:
            EXPECT_THAT(answer.status, AnyOf(Eq(operation.status), Eq(unreachable))) << answer.out << answer.err;
            break;
        case Promise::acknowledged:
            EXPECT_EQ(answer.status, operation.status) << answer.out << answer.err;
            break;
    }
    expect_no_open_job();
    if (promise != Promise::either) {
        EXPECT_EQ(operation.carried_out(), promise != Promise::nothing);
    }
}

void CrashMatrix::try_start(const Point& point) {
    const Operation operation = start_of_subject();
    attempt(operation, point);
    if (!operation.carried_out()) {
        EXPECT_EQ(mcpctl(operation.command).status, 0);
    }
    running_.insert(subject);
    expect_settled();
}

void CrashMatrix::try_restart(const Point& point) {
    const auto before = generation_of_subject();
    attempt(restart_of_subject(), point);
    EXPECT_LE(generation_of_subject(), before + 1);
    expect_settled();
}

void CrashMatrix::try_stop(const Point& point) {
    const Operation operation = stop_of_subject();
    attempt(operation, point);
    if (!operation.carried_out()) {
        EXPECT_EQ(mcpctl(operation.command).status, 0);
    }
    running_.erase(subject);
    expect_settled();
}

// What the database does to its files is its own affair, and another one after a crash.
void CrashMatrix::expect_no_others(std::string_view phase, std::span<const Point> points) const {
    for (const std::string& passed : passed_) {
        const std::string_view name(passed);
        if (name.starts_with(phase) && !name.contains("store.")) {
            EXPECT_TRUE(std::ranges::contains(points, name.substr(phase.size()), &Point::name))
                << name << " is not in the table";
        }
    }
}

void CrashMatrix::define_slow() {
    define_test_server("slow", {"--start-delay", "0.1", "--drain-delay", "0.1"}, rarely_checked);
}

void CrashMatrix::starts_restarts_and_stops(int rounds) {
    add_bystanders();
    define_slow();
    const std::span<const Point> starts = points().start;
    const std::span<const Point> restarts = points().restart;
    const std::span<const Point> stops = points().stop;
    ASSERT_GE(starts.size(), stops.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < starts.size(); ++i) {
            try_start(starts[i]);
            // The longest table: two a turn, or one.
            for (std::size_t j = i; j < restarts.size(); j += starts.size()) {
                try_restart(restarts[j]);
            }
            try_stop(stops[i % stops.size()]);
        }
    }
    expect_no_others("start: ", starts);
    expect_no_others("restart: ", restarts);
    expect_no_others("stop: ", stops);
}

void CrashMatrix::failing_starts(int rounds) {
    define_test_server("doomed", {"--exit-after", "0", "--exit-code", "3"}, {{"restart", {{"policy", "no"}}}});
    for (int round = 0; round < rounds; ++round) {
        for (const Point& point : failing_start_points) {
            attempt({"start", {"start", "doomed"}, failed, [] { return !find("doomed"); }}, point);
            expect_settled();
        }
    }
}

// Each agent that resumes the job dies one point later than the one before.
void CrashMatrix::resumed_jobs(int rounds) {
    add_bystanders();
    define_slow();
    for (int round = 0; round < rounds; ++round) {
        attempt(start_of_subject(), Promise::stored, chain("start: after intent", points().resumed_start));
        running_.insert(subject);
        expect_settled();
        attempt(restart_of_subject(), Promise::stored, chain("restart: after intent", points().resumed_restart));
        expect_settled();
        attempt(stop_of_subject(), Promise::stored, chain("stop: after intent", points().resumed_stop));
        running_.erase(subject);
        expect_settled();
    }
}

}  // namespace mcpctl::test
