// Why a container did not start or did not stay: the true reason, on both engines (M01, M02).
#include <netinet/in.h>
#include <sys/socket.h>

#include <format>
#include <fstream>

#include "tests/system/support/containers.hpp"

namespace mcpctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ContainerReason : public OnEachEngine {
  protected:
    // An HTTP server in a container on a port of its own choice.
    void define_on_port(const std::string& name, int port) const {
        const std::vector<std::string> arguments{"http", "--listen", "0.0.0.0"};
        add_server({{"name", name},
                    {"transport", "streamable-http"},
                    {"port", port},
                    {"run", {{"image", test_image}, {"args", arguments}}}});
        add_profile({{"name", name + "-boxed"},
                     {"server", name},
                     {"runtime", "docker"},
                     {"engine", tool()},
                     {"restart", {{"policy", "no"}}}});
    }
    // What mcpctl says about a start that must fail and leave nothing.
    [[nodiscard]] std::string failure_of(const std::string& profile) const {
        const Output started = mcpctl({"start", profile});
        EXPECT_EQ(started.status, 1) << started.out << started.err;
        EXPECT_THAT(containers(), ElementsAre());
        EXPECT_TRUE(eventually([] { return leftovers().empty(); }, 5s)) << leftovers();
        return started.err;
    }
};

INSTANTIATE_TEST_SUITE_P(Engines, ContainerReason, engines, name_of_engine);

// A socket on a loopback port that the kernel has chosen.
class BoundSocket {
  public:
    BoundSocket() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        EXPECT_EQ(::bind(socket_, generic(), sizeof address_), 0);
        EXPECT_EQ(::getsockname(socket_, generic(), &size), 0);
    }
    BoundSocket(const BoundSocket&) = delete;
    BoundSocket& operator=(const BoundSocket&) = delete;
    ~BoundSocket() { ::close(socket_); }

    void listen() const { EXPECT_EQ(::listen(socket_, 1), 0); }
    [[nodiscard]] int port() const { return ntohs(address_.sin_port); }

  private:
    sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }

    int socket_;
    sockaddr_in address_{};
};

TEST_P(ContainerReason, OfAPortThatSomebodyElseListensOnIsTold) {
    const BoundSocket holder;
    holder.listen();
    define_on_port("fixed", holder.port());
    EXPECT_THAT(failure_of("fixed-boxed"), HasSubstr(std::format("port {} is held by another process", holder.port())));
}

// Nobody listens, so that only the engine can find out.
TEST_P(ContainerReason, OfAPortThatTheEngineCannotHaveIsTold) {
    {
        const BoundSocket holder;
        define_on_port("fixed", holder.port());
        EXPECT_THAT(failure_of("fixed-boxed"), HasSubstr("address already in use"));
    }
    EXPECT_EQ(start("fixed-boxed")["state"], "running");
}

// M01
TEST_P(ContainerReason, OfAMissingImageIsToldAndNothingIsLeft) {
    add_server(
        {{"name", "nowhere"}, {"transport", "streamable-http"}, {"run", {{"image", "localhost/no-such-image:1"}}}});
    add_profile(
        {{"name", "never"}, {"server", "nowhere"}, {"runtime", "docker"}, {"engine", tool()}, {"pull", "never"}});
    const Output never = mcpctl({"start", "never"});
    EXPECT_EQ(never.status, 1) << never.err;
    EXPECT_THAT(never.err, HasSubstr("image localhost/no-such-image:1 is not there, and pull is never"));
    add_profile({{"name", "missing"}, {"server", "nowhere"}, {"runtime", "docker"}, {"engine", tool()}});
    const Output missing = mcpctl({"start", "missing"});
    EXPECT_EQ(missing.status, 1) << missing.err;
    EXPECT_THAT(missing.err, HasSubstr("image localhost/no-such-image:1 cannot be fetched"));
    EXPECT_THAT(containers(), ElementsAre());
    EXPECT_EQ(leftovers(), "");
}

TEST_P(ContainerReason, OfAProgramThatIsNotInTheImageIsToldAndNothingIsLeft) {
    const std::string image = "localhost/mcp-test-hollow:latest";
    const std::string import = "tar -C /usr/local/bin -c mcp-test-server | " + tool() +
                               " import --change 'ENTRYPOINT [\"/hollow\"]' - " + image;
    ASSERT_EQ(run({"/bin/bash", "-c", import}).status, 0);
    add_server({{"name", "hollow"}, {"transport", "streamable-http"}, {"run", {{"image", image}}}});
    add_profile({{"name", "boxed"},
                 {"server", "hollow"},
                 {"runtime", "docker"},
                 {"engine", tool()},
                 {"restart", {{"policy", "no"}}}});
    const Output started = mcpctl({"start", "boxed"});
    EXPECT_EQ(started.status, 1) << started.err;
    EXPECT_THAT(started.err, HasSubstr("/hollow"));
    EXPECT_THAT(containers(), ElementsAre());
    EXPECT_EQ(leftovers(), "");
}

TEST_P(ContainerReason, OfAnExitIsToldAndTheSameContainerIsStartedAgain) {
    define_in_container("crasher", {}, {{"restart", {{"initialDelay", "1s"}}}});
    const Json before = start("crasher");
    McpClient::of("crasher").call_fatally({{"exit", 7}});
    ASSERT_TRUE(eventually([] { return state_of("crasher") == "backoff"; }));
    EXPECT_EQ(status_of("crasher")["reason"], "exited with code 7");
    ASSERT_TRUE(eventually([] { return state_of("crasher") == "running"; }));
    EXPECT_EQ(status_of("crasher")["restarts"], 1);
    EXPECT_EQ(status_of("crasher")["runtimeId"], before["runtimeId"]);
    EXPECT_EQ(McpClient::of("crasher").server_info()["name"], "mcp-test-server");
}

TEST_P(ContainerReason, OfASignalIsTold) {
    define_in_container("crasher", {}, {{"restart", {{"policy", "no"}}}});
    start("crasher");
    engine({"kill", "--signal", "KILL", container_of("crasher")});
    ASSERT_TRUE(eventually([] { return state_of("crasher") == "failed"; }));
    EXPECT_EQ(status_of("crasher")["reasonCode"], "signal");
    EXPECT_EQ(status_of("crasher")["reason"], "was killed by SIGKILL");
}

TEST_P(ContainerReason, OfARemovalByHandIsTold) {
    define_in_container("boxed", {}, {{"restart", {{"policy", "no"}}}});
    start("boxed");
    engine({"rm", "-f", container_of("boxed")});
    ASSERT_TRUE(eventually([] { return state_of("boxed") == "failed"; }));
    EXPECT_THAT(status_of("boxed").value("reason", ""), ::testing::AnyOf(HasSubstr("removed"), HasSubstr("SIGKILL")));
}

TEST_P(ContainerReason, OfRunningOutOfMemoryIsTold) {
    std::ifstream file("/sys/fs/cgroup/cgroup.controllers");
    const std::string controllers{std::istreambuf_iterator<char>(file), {}};
    if (!controllers.contains("memory")) {
        GTEST_SKIP() << "this machine's kernel keeps no account of memory for control groups of version 2";
    }
    define_in_container("hungry", {}, {{"limits", {{"memory", "64M"}}}, {"restart", {{"policy", "no"}}}});
    start("hungry");
    McpClient::of("hungry").call_fatally({{"allocate_mib", 256}});
    ASSERT_TRUE(eventually([] { return state_of("hungry") == "failed"; }));
    EXPECT_EQ(status_of("hungry")["reasonCode"], "out-of-memory");
    EXPECT_EQ(status_of("hungry")["reason"], "ran out of memory and was killed");
}

}  // namespace
}  // namespace mcpctl::test
