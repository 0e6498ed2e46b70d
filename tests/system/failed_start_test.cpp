// Servers that never get as far as listening: the true reason, the last lines, and nothing left.
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class FailedStart : public MachineTest {
  protected:
    // What mcpctl says about a start that must fail and leave nothing.
    static std::string failure_of(const std::string& profile) {
        const Output started = mcpctl({"start", profile});
        EXPECT_EQ(started.status, 1) << started.out << started.err;
        EXPECT_TRUE(eventually([] { return leftovers().empty(); }, 5s)) << leftovers();
        return started.err;
    }
};

TEST_F(FailedStart, TellsTheExitCodeAndTheLastLines) {
    define_test_server("quitter", {"--exit-after", "0", "--exit-code", "3", "--banner", "famous last words"});
    EXPECT_THAT(failure_of("quitter"), AllOf(HasSubstr("exited with code 3"), HasSubstr("famous last words")));
}

TEST_F(FailedStart, TellsThatTheServerExitedWithoutAnError) {
    define_test_server("quitter", {"--exit-after", "0"});
    EXPECT_THAT(failure_of("quitter"), HasSubstr("exited with code 0"));
}

TEST_F(FailedStart, TellsTheSignal) {
    define_test_server("crasher", {"--crash-after", "0", "--crash-segv"});
    EXPECT_THAT(failure_of("crasher"), HasSubstr("SIGSEGV"));
}

TEST_F(FailedStart, TellsThatTheProgramDoesNotExist) {
    define("missing", {"/usr/bin/no-such-server"});
    EXPECT_THAT(failure_of("missing"), HasSubstr("/usr/bin/no-such-server: No such file or directory"));
    define("unknown", {"no-such-server"});
    EXPECT_THAT(failure_of("unknown"), HasSubstr("no-such-server: No such file or directory"));
}

TEST_F(FailedStart, TellsThatTheProgramIsNotExecutable) {
    define("text", {"/etc/passwd"});
    EXPECT_THAT(failure_of("text"), HasSubstr("/etc/passwd: Permission denied"));
    // The agent cannot look there, so systemd has to find out.
    define("hidden", {"/home/nobody/server"});
    EXPECT_THAT(failure_of("hidden"), HasSubstr("cannot be executed"));
}

TEST_F(FailedStart, TellsThatNothingListens) {
    define("sleeper", {"sleep", "infinity"}, {{"startTimeout", 1}});
    EXPECT_THAT(failure_of("sleeper"), HasSubstr("nothing accepted on port"));
}

// M01, M04: it listens, so only a question finds out.
TEST_F(FailedStart, TellsThatTheServerDoesNotAnswer) {
    define_test_server("mute", {"--health", "hang", "--banner", "its last line"}, {{"startTimeout", 1}});
    EXPECT_THAT(failure_of("mute"), AllOf(HasSubstr("listens on port"), HasSubstr("did not answer MCP within 1s"),
                                          HasSubstr("its last line")));
    define_test_server("broken", {"--health", "status:503"}, {{"startTimeout", 1}});
    EXPECT_THAT(failure_of("broken"), HasSubstr("HTTP status 503"));
}

TEST_F(FailedStart, TellsThatSomebodyElseHoldsThePort) {
    const int holder = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(holder, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(holder, 1), 0);
    socklen_t size = sizeof address;
    ASSERT_EQ(::getsockname(holder, reinterpret_cast<sockaddr*>(&address), &size), 0);
    const int port = ntohs(address.sin_port);
    add_server({{"name", "fixed"},
                {"transport", "streamable-http"},
                {"port", port},
                {"run", {{"command", {"mcp-test-server", "http"}}}}});
    EXPECT_THAT(failure_of("fixed"), HasSubstr(std::format("port {} is held by another process", port)));
    ::close(holder);
    EXPECT_EQ(start("fixed")["port"], port);
}

TEST_F(FailedStart, IsWhatACancelledStartBecomes) {
    define_test_server("slow", {"--start-delay", "60"});
    Process starting = mcpctl_process({"start", "slow"});
    ASSERT_TRUE(eventually([] { return state_of("slow") == "starting" && is_active(unit_of("slow")); }));
    stop("slow");
    const Output started = starting.wait();
    EXPECT_EQ(started.status, 1);
    EXPECT_THAT(started.err, HasSubstr("cancel"));
}

}  // namespace
}  // namespace mcpctl::test
