// Crashes while the agent comes up: adoption, and stores that are made, migrated or restored.
#include <csignal>
#include <filesystem>
#include <format>
#include <fstream>

#include "tests/crash/matrix.hpp"
#include "tests/crash/truth.hpp"

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;

using ::testing::AnyOf;
using ::testing::Eq;

const fs::path state = "/var/lib/mcpctl";
const fs::path aside = "/var/lib/mcpctl.aside";

// What the agent stored until now, to be put back later.
void set_aside() {
    stop_agent();
    fs::remove_all(aside);
    fs::copy(state, aside);
}

void put_back() {
    stop_agent();
    fs::remove_all(state);
    fs::copy(aside, state);
}

// A question is asked again by the tool when the agent goes away once.
void expect_an_answer(const std::vector<std::string>& command) {
    const Output answer = mcpctl(command);
    EXPECT_THAT(answer.status, AnyOf(Eq(0), Eq(5))) << answer.err;
}

}  // namespace

// Three things are to be found out at once: an instance that died meanwhile, a workload that nobody owns, and two that
// are adopted.
void CrashMatrix::adopt(std::span<const std::string_view> points) {
    MachineTest::start("fragile");
    const int process = main_pid_of("fragile");
    set_aside();
    const std::string unowned = MachineTest::start("bystander")["unit"];
    const std::string slice = slice_of("bystander-3");
    put_back();
    ASSERT_EQ(::kill(process, SIGKILL), 0);
    std::vector<std::string> armed;
    for (const std::string_view point : points) {
        armed.push_back(std::format("adoption: {}", point));
    }
    CrashingAgent::arm(armed);
    expect_an_answer({"list"});
    expect_consumed(armed);
    EXPECT_TRUE(eventually([] { return status_of("fragile").value("reasonCode", "") == "signal"; }))
        << status_of("fragile").dump();
    EXPECT_FALSE(is_loaded(unowned));
    // Nothing tells the next agent whose an empty slice is, so that may stay.
    systemctl({"stop", slice});
    stop("fragile");
    expect_settled();
}

void CrashMatrix::adoptions(int rounds) {
    add_bystanders();
    define_test_server("fragile", {}, {{"restart", {{"policy", "no"}}}});
    for (int round = 0; round < rounds; ++round) {
        adopt(adoption_points);
        for (const std::string_view& point : unowned_points) {
            adopt({&point, 1});
        }
    }
}

void CrashMatrix::definitions(int rounds) {
    const std::vector<std::string> add{"server", "add", "it", "--transport", "streamable-http", "--", "/bin/true"};
    const auto there = [] { return mcpctl({"server", "show", "it"}).status == 0; };
    for (int round = 0; round < rounds; ++round) {
        for (const Point& point : definition_points) {
            attempt({"definition", add, 0, there}, point);
            EXPECT_TRUE(there() || mcpctl(add).status == 0);
            const std::vector<std::string> remove{"server", "remove", "it", "--yes"};
            attempt({"definition", remove, 0, [&] { return !there(); }}, point);
            EXPECT_TRUE(!there() || mcpctl(remove).status == 0);
        }
    }
    expect_no_others("definition: ", definition_points);
}

void CrashMatrix::new_stores(int rounds) {
    set_aside();
    for (int round = 0; round < rounds; ++round) {
        for (const std::string_view point : new_store_points) {
            for (const auto& entry : fs::directory_iterator(state)) {
                fs::remove_all(entry);
            }
            open_store(point);
            EXPECT_EQ(mcpctl_json({"server", "list"}), Json::array());
            stop_agent();
        }
    }
    put_back();
}

// A damaged database, and a good backup of it.
void CrashMatrix::restored_stores(int rounds) {
    define_test_server("kept");
    const Json before = mcpctl_json({"server", "list"});
    set_aside();
    for (int round = 0; round < rounds; ++round) {
        for (const std::string_view point : restored_store_points) {
            put_back();
            std::fstream(state / "store.db") << "damaged";
            open_store(point);
            EXPECT_EQ(mcpctl_json({"server", "list"}), before);
        }
    }
    put_back();
}

void CrashMatrix::open_store(std::string_view point) {
    const std::vector<std::string> armed{std::format("opening: {}", point)};
    SCOPED_TRACE(armed.front());
    CrashingAgent::arm(armed);
    expect_an_answer({"server", "list"});
    expect_consumed(armed);
    passed_.merge(CrashingAgent::passed());
}

}  // namespace mcpctl::test
