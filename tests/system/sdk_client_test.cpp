// The official client libraries of both generations with `mcpctl connect` as their server, the way desktop clients use
// it.
#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::Combine;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Values;

constexpr const char* client_program = "/src/mcpctl/tests/fixtures/sdk-client/client.mjs";

struct Served {
    std::string name;
    std::vector<std::string> command;
    std::string revision;  // what the library and the server agree on, if the library knows the newest
    Json call;
    std::string answer;
    Json notifier;  // a tool that reports progress; null where the server has none
};

Json tool(const std::string& name, const Json& arguments) {
    return {{"name", name}, {"arguments", arguments}};
}

const std::string some_directory = "/usr/share/doc/mcpctl";

// Generation of the library, and a server.
class SdkClient : public MachineTest, public ::testing::WithParamInterface<std::tuple<std::string, Served>> {
  protected:
    static const Served& served() { return std::get<1>(GetParam()); }
    static bool probes() { return std::get<0>(GetParam()) == "auto"; }

    static void start_server() {
        const auto& [name, command, revision, call, answer, notifier] = served();
        add_server({{"name", name}, {"transport", "stdio"}, {"run", {{"command", command}}}});
        start(name);
    }
    static Json run_client() {
        Json plan{{"call", served().call}};
        if (!served().notifier.is_null()) {
            plan["notifier"] = served().notifier;
        }
        const Output client = run({"node", client_program, std::get<0>(GetParam()), served().name, plan.dump()});
        EXPECT_EQ(client.status, 0) << client.err;
        return Json::parse(client.out, nullptr, false);
    }
    static Json sessions() { return mcpctl_json({"sessions", served().name}); }
    static bool all_ended() {
        return std::ranges::all_of(sessions(), [](const Json& session) { return session["state"] == "ended"; });
    }
};

TEST_P(SdkClient, TalksToAServerAndLeavesNothing) {
    start_server();
    const Json said = run_client();
    ASSERT_TRUE(said.is_object());
    EXPECT_THAT(said["tools"], Contains(served().call["name"]));
    EXPECT_THAT(said["result"].dump(), HasSubstr(served().answer));
    if (!served().notifier.is_null()) {
        // The library drops what it reads together with the answer.
        EXPECT_THAT(said["progress"], Contains(1)) << said["progress"].dump();
    }
    if (probes()) {
        EXPECT_EQ(said["revision"], served().revision);
    }
    EXPECT_EQ(said["stderr"], "");
    EXPECT_EQ(said["commands"].size(), probes() ? 2U : 1U);
    // Two seconds after the end of input the libraries send SIGTERM, which Node servers on a busy machine need not
    // make.
    const Json& used = said["commands"].back();
    EXPECT_TRUE(used["code"] == 0 || used["signal"] == "SIGTERM") << used.dump();
    EXPECT_TRUE(eventually(all_ended)) << sessions().dump(2);
    EXPECT_EQ(sessions().size(), said["commands"].size());
    for (const Json& session : sessions()) {
        EXPECT_THAT(session.value("reason", ""), HasSubstr("the client closed it"));
        // PID 1 unloads units when it has nothing else to do.
        EXPECT_TRUE(eventually([&] { return !is_loaded(session["unit"]); }));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Npm, SdkClient,
    Combine(Values("legacy", "auto"),
            Values(Served{.name = "everything",
                          .command = {"mcp-server-everything", "stdio"},
                          .revision = "2025-11-25",
                          .call = tool("echo", {{"message", "hello"}}),
                          .answer = "Echo: hello",
                          .notifier = tool("trigger-long-running-operation", {{"duration", 0.1}, {"steps", 3}})},
                   Served{.name = "filesystem",
                          .command = {"mcp-server-filesystem", some_directory},
                          .revision = "2025-11-25",
                          .call = tool("list_directory", {{"path", some_directory}}),
                          .answer = "copyright",
                          .notifier = nullptr},
                   Served{.name = "memory",
                          .command = {"mcp-server-memory"},
                          .revision = "2025-11-25",
                          .call = tool("read_graph", Json::object()),
                          .answer = "entities",
                          .notifier = nullptr},
                   Served{.name = "test",
                          .command = {"mcp-test-server", "stdio"},
                          .revision = "2026-07-28",
                          .call = tool("echo", {{"text", "hello"}}),
                          .answer = "hello",
                          .notifier = tool("notify", {{"count", 3}, {"interval_ms", 50}})})),
    [](const auto& parameter) {
        return std::get<1>(parameter.param).name + (std::get<0>(parameter.param) == "auto" ? "Probed" : "Initialized");
    });

}  // namespace
}  // namespace mcpctl::test
