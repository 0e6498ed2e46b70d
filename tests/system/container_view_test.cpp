// What is seen of a container: its log, and what it uses (M04, M06).
#include <format>
#include <fstream>

#include "tests/system/support/containers.hpp"
#include "tests/system/support/log_lines.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

class ContainerView : public OnEachEngine {
  protected:
    static Json use_of(const std::string& instance) { return status_of(instance)["health"]; }
    // The container's place among control groups, as the kernel says.
    [[nodiscard]] std::string control_group_of(const std::string& instance) const {
        const int pid = inspect(container_of(instance))["State"].value("Pid", 0);
        std::ifstream file(std::format("/proc/{}/cgroup", pid));
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, ContainerView, engines, name_of_engine);

// M06: through the engine, the relay and the journal, while it is written and after all is gone.
TEST_P(ContainerView, HasAllThatTheServerWroteInOrder) {
    constexpr int count = 20'000;
    define_in_container("writer", {"--log-count", std::to_string(count), "--log-stream", "stdout"});
    const std::string id = start("writer")["id"];
    Process follow = mcpctl_process({"logs", id, "-f", "--since", "@0", "-o", "ndjson"});
    wait_until_written(id, count);
    expect_complete(logs_of(id), count);
    stop("writer");
    expect_complete(objects_in(follow.wait().out), count);
    expect_complete(logs_of(id), count);
}

TEST_P(ContainerView, HasAllThatTheServerWroteWhileTheAgentWasKilled) {
    constexpr int count = 6'000;
    define_in_container("writer", {"--log-count", std::to_string(count), "--log-rate", "3000"});
    const std::string id = start("writer")["id"];
    kill_agent();
    wait_until_written(id, count);
    expect_complete(logs_of(id), count);
}

TEST_P(ContainerView, HasTheLastWordsOfAServerThatDies) {
    define_in_container("quitter", {"--banner", "famous last words", "--exit-after", "0", "--exit-code", "3"},
                        {{"restart", {{"policy", "no"}}}});
    const Output started = mcpctl({"start", "quitter"});
    EXPECT_EQ(started.status, 1);
    EXPECT_THAT(started.err, HasSubstr("exited with code 3"));
    EXPECT_THAT(started.err, HasSubstr("famous last words"));
}

// M04
TEST_P(ContainerView, ShowsWhatTheContainerUsesAndNotItsRelayAlone) {
    define_in_container("boxed");
    start("boxed");
    if (!control_group_of("boxed").contains(slice_of("boxed"))) {
        // Unknown, which is not 0.
        EXPECT_TRUE(use_of("boxed")["memoryBytes"].is_null());
        EXPECT_TRUE(use_of("boxed")["cpuMicroseconds"].is_null());
        GTEST_SKIP() << "this engine keeps its containers outside systemd's slices";
    }
    constexpr long mebibyte = 1024L * 1024;
    const long before = use_of("boxed")["memoryBytes"];
    EXPECT_GT(before, mebibyte);
    EXPECT_GT(use_of("boxed").value("tasks", 0), 1);
    McpClient::of("boxed").call("behave", {{"allocate_mib", 100}});
    EXPECT_GT(use_of("boxed")["memoryBytes"], before + 99 * mebibyte);
}

}  // namespace
}  // namespace mcpctl::test
