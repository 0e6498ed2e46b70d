// B09, F21: what polkit grants to ordinary users, and that nothing is granted where it does not answer.
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <pwd.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <format>
#include <fstream>
#include <map>
#include <optional>

#include "base/unique_fd.hpp"
#include "dbus/names.hpp"
#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

const User alice{"alice"};
const User oscar{"oscar", {"operators"}};

// A file of rules. polkit sees by itself that it is there, and that it is gone.
class Rules {
  public:
    explicit Rules(const std::string& text) { std::ofstream(path_) << text; }
    Rules(const Rules&) = delete;
    Rules& operator=(const Rules&) = delete;
    ~Rules() { fs::remove(path_); }

  private:
    fs::path path_ = "/etc/polkit-1/rules.d/00-test.rules";
};

std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

int polkit_pid() {
    return std::stoi(show("polkit.service", "MainPID"));
}

class Polkit : public MachineTest {
  protected:
    void SetUp() override {
        MachineTest::SetUp();
        alice.make();
        oscar.make();
        systemctl({"start", "polkit.service"});
        define_test_server("echo");
        define_test_server("other");
    }
    static bool may(const User& user, const std::vector<std::string>& command) {
        const Output done = user.run(command);
        EXPECT_TRUE(done.status == 0 || done.status == 3) << done.status << ": " << done.err;
        return done.status == 0;
    }
};

TEST_F(Polkit, LetsNobodyDoAnythingByDefaultWithoutAPassword) {
    start("echo");
    for (const std::vector<std::string>& command : {std::vector<std::string>{"mcpctl", "start", "other"},
                                                    {"mcpctl", "stop", "echo", "--yes"},
                                                    {"mcpctl", "restart", "echo"},
                                                    {"mcpctl", "logs", "echo"},
                                                    {"mcpctl", "audit"},
                                                    {"mcpctl", "server", "remove", "other", "--yes"},
                                                    {"mcpctl", "profile", "show", "echo"},
                                                    {"mcpctl", "token", "list"},
                                                    {"mcpctl", "token", "create", "--name", "x", "--scope", "view"}}) {
        EXPECT_FALSE(may(alice, command)) << command[1];
    }
    EXPECT_EQ(state_of("echo"), "running");
}

TEST_F(Polkit, IsNotNeededForWhatIsPublic) {
    start("echo");
    const Output list = alice.run({"mcpctl", "list", "-o", "name"});
    EXPECT_EQ(list.out, "echo\n") << list.err;
    const Output status = alice.run({"mcpctl", "status", "echo"});
    EXPECT_EQ(status.status, 0) << status.err;
    EXPECT_TRUE(may(alice, {"mcpctl", "health", "echo"}));
}

TEST_F(Polkit, LetsOperatorsDoWhatTheExampleRulesGrant) {
    const Rules rules(text_of("/usr/share/doc/mcpctl/docs/examples/50-mcpctl-operators.rules"));
    ASSERT_TRUE(eventually([] { return may(oscar, {"mcpctl", "start", "echo"}); }));
    EXPECT_TRUE(may(oscar, {"mcpctl", "restart", "echo"}));
    EXPECT_TRUE(may(oscar, {"mcpctl", "logs", "echo"}));
    EXPECT_TRUE(may(oscar, {"mcpctl", "stop", "echo", "--yes"}));
    EXPECT_FALSE(may(oscar, {"mcpctl", "server", "remove", "other", "--yes"}));
    EXPECT_FALSE(may(alice, {"mcpctl", "start", "echo"}));
    const auto audited = mcpctl({"audit", "--actor", "oscar", "--action", "start", "-o", "ndjson"});
    EXPECT_THAT(audited.out, HasSubstr("\"via\":\"bus\""));
}

TEST_F(Polkit, RulesSeeWhatTheCallIsAbout) {
    const Rules rules(
        "polkit.addRule(function (action, subject) {\n"
        "    if (subject.user == 'alice' && action.lookup('profile') == 'other' &&\n"
        "        action.lookup('server') == 'other-server' && "
        "/^(Manager.Start|Instance.Stop)$/.test(action.lookup('operation')))\n"
        "        return polkit.Result.YES;\n"
        "});\n");
    ASSERT_TRUE(eventually([] { return may(alice, {"mcpctl", "start", "other"}); }));
    EXPECT_FALSE(may(alice, {"mcpctl", "start", "echo"}));
    EXPECT_FALSE(may(alice, {"mcpctl", "restart", "other"}));
    EXPECT_TRUE(may(alice, {"mcpctl", "stop", "other", "--yes"}));
}

TEST_F(Polkit, DeniesWhereItDoesNotRun) {
    start("echo");
    systemctl({"mask", "--runtime", "polkit.service"});
    systemctl({"stop", "polkit.service"});
    const Output stopped = alice.run({"mcpctl", "stop", "echo", "--yes"});
    const Output listed = alice.run({"mcpctl", "list", "-o", "name"});
    const Output by_root = run({"mcpctl", "--connection", "bus", "restart", "echo"});
    systemctl({"unmask", "--runtime", "polkit.service"});
    EXPECT_EQ(stopped.status, 3) << stopped.err;
    EXPECT_THAT(stopped.err, HasSubstr("polkit does not decide"));
    EXPECT_EQ(listed.out, "echo\n");
    EXPECT_EQ(by_root.status, 0) << by_root.err;
}

sdbus::ObjectPath path_of(const Json& instance) {
    std::string id = instance["id"];
    std::erase(id, '-');
    return sdbus::ObjectPath(dbus::instance_path(id));
}

// A process of alice's that calls Stop of an instance over the bus, more than once, and waits for the answers.
class Caller {
  public:
    Caller(const sdbus::ObjectPath& instance, std::size_t connections, std::size_t calls_of_each) {
        int ends[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        child_ = ::fork();
        if (child_ == 0) {
            ::_exit(become_alice() ? call(ends[1], instance, connections, calls_of_each) : 9);
        }
        ::close(ends[1]);
        news_ = UniqueFd(ends[0]);
    }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ~Caller() {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }

    // All its calls have reached the agent.
    [[nodiscard]] bool has_called() const { return next() == 'c'; }
    // So many answers, by kind.
    [[nodiscard]] std::map<char, int> answers(std::size_t count) const {
        std::map<char, int> kinds;
        for (std::size_t i = 0; i < count; ++i) {
            ++kinds[next()];
        }
        return kinds;
    }
    // The next answer: 'y' for done, 'd' for denied, 'l' for too many, '?' for another, 0 where none comes.
    [[nodiscard]] char next() const {
        char news = 0;
        pollfd ready{news_.get(), POLLIN, 0};
        return ::poll(&ready, 1, 60'000) == 1 && ::read(news_.get(), &news, 1) == 1 ? news : '\0';
    }

  private:
    static bool become_alice() {
        const passwd* user = ::getpwnam("alice");
        return user != nullptr && ::setgroups(0, nullptr) == 0 &&
               ::setresgid(user->pw_gid, user->pw_gid, user->pw_gid) == 0 &&
               ::setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == 0;
    }
    static char letter_of(const std::optional<sdbus::Error>& error) {
        return !error                                          ? 'y'
               : error->getName().ends_with(".AccessDenied")   ? 'd'
               : error->getName().ends_with(".LimitsExceeded") ? 'l'
                                                               : '?';
    }
    static int call(int news, const sdbus::ObjectPath& instance, std::size_t count, std::size_t calls_of_each) {
        std::vector<std::unique_ptr<sdbus::IConnection>> connections;
        std::vector<std::unique_ptr<sdbus::IProxy>> proxies;
        const sdbus::ServiceName agent{std::string(dbus::service_name)};
        for (std::size_t i = 0; i < count; ++i) {
            connections.push_back(sdbus::createSystemBusConnection());
            proxies.push_back(sdbus::createProxy(*connections.back(), agent, instance));
            for (std::size_t sent = 0; sent < calls_of_each; ++sent) {
                proxies.back()
                    ->callMethodAsync("Stop")
                    .onInterface("org.mcpctl.Agent1.Instance")
                    .withTimeout(std::chrono::minutes(2))
                    .withArguments(std::map<std::string, sdbus::Variant>())
                    .uponReplyInvoke([news](std::optional<sdbus::Error> error, const sdbus::ObjectPath& /*job*/) {
                        const char letter = letter_of(error);
                        (void)!::write(news, &letter, 1);
                    });
            }
            // What is answered behind the calls says that they have arrived.
            (void)sdbus::createProxy(*connections.back(), agent, sdbus::ObjectPath(std::string(dbus::root_path)))
                ->getProperty("Version")
                .onInterface(std::string(dbus::manager_interface));
        }
        (void)!::write(news, "c", 1);
        for (const auto& connection : connections) {
            connection->enterEventLoopAsync();
        }
        ::pause();
        return 0;
    }

    pid_t child_ = -1;
    UniqueFd news_;
};

// More than dbus-daemon would let the agent ask polkit at once.
TEST_F(Polkit, DecidesABurstOfCalls) {
    const Rules rules("polkit.addRule(function (action, subject) { return polkit.Result.YES; });\n");
    ASSERT_TRUE(eventually([] { return may(alice, {"mcpctl", "start", "other"}); }));
    const Caller caller(path_of(mcpctl::test::Polkit::start("echo")), 4, 60);
    ASSERT_TRUE(caller.has_called());
    EXPECT_EQ(caller.answers(240).count('d'), 0);
}

class AFrozenPolkit : public Polkit {
  protected:
    const Rules rules{"polkit.addRule(function (action, subject) { return polkit.Result.YES; });\n"};
    Json echo;
    int frozen = 0;

    void SetUp() override {
        Polkit::SetUp();
        ASSERT_TRUE(eventually([] { return may(alice, {"mcpctl", "start", "other"}); }));
        echo = mcpctl::test::Polkit::start("echo");
        frozen = polkit_pid();
        ::kill(frozen, SIGSTOP);
    }
    void TearDown() override {
        ::kill(frozen, SIGCONT);
        Polkit::TearDown();
    }
};

TEST_F(AFrozenPolkit, DeniesWhenItIsKilledWhileItDecides) {
    const Caller caller(path_of(echo), 1, 1);
    ASSERT_TRUE(caller.has_called());
    EXPECT_EQ(alice.run({"mcpctl", "list", "-o", "name"}).status, 0);  // others are served meanwhile
    ::kill(frozen, SIGKILL);
    EXPECT_EQ(caller.next(), 'd');
    EXPECT_EQ(state_of("echo"), "running");
}

TEST_F(AFrozenPolkit, DeniesWhenItTakesTooLong) {
    const Caller caller(path_of(echo), 1, 1);
    ASSERT_TRUE(caller.has_called());
    EXPECT_EQ(caller.next(), 'd');
    EXPECT_EQ(state_of("echo"), "running");
}

TEST_F(AFrozenPolkit, DoesNotServeACallerWhoHasLeft) {
    const std::string begin =
        std::format("@{}", std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
    {
        const Caller caller(path_of(echo), 1, 1);
        ASSERT_TRUE(caller.has_called());
    }
    ::kill(frozen, SIGCONT);
    EXPECT_TRUE(eventually([&] {
        return !mcpctl({"audit", "--actor", "alice", "--action", "stop", "--result", "denied", "--since", begin, "-o",
                        "ndjson"})
                    .out.empty();
    }));
    EXPECT_EQ(state_of("echo"), "running");
}

// 128 calls of one connection is what dbus-daemon lets wait for an answer.
TEST_F(AFrozenPolkit, HoldsSoManyCallsOfAUserAndAnswersAll) {
    const int all = 8 * 125;
    const Caller caller(path_of(echo), 8, 125);
    ASSERT_TRUE(caller.has_called());
    EXPECT_EQ(mcpctl({"list", "-o", "name"}).out, "echo\nother\n");
    EXPECT_EQ(caller.answers(all), (std::map<char, int>{{'l', all - 256}, {'d', 256}}));
    EXPECT_EQ(state_of("echo"), "running");
}

// Somebody at a terminal.
class Typist {
  public:
    explicit Typist(const std::vector<std::string>& command) {
        pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
        if (pid_ == 0) {
            std::vector<char*> arguments;
            for (const std::string& word : command) {
                arguments.push_back(const_cast<char*>(word.c_str()));
            }
            arguments.push_back(nullptr);
            ::execvp(arguments[0], arguments.data());
            ::_exit(127);
        }
    }
    Typist(const Typist&) = delete;
    Typist& operator=(const Typist&) = delete;
    ~Typist() { ::close(terminal_); }

    // Reads until `prompt` stands there; false at the end.
    bool sees(const std::string& prompt) {
        while (shown_.find(prompt) == std::string::npos) {
            char buffer[4096];
            const ssize_t size = ::read(terminal_, buffer, sizeof buffer);
            if (size <= 0) {
                return false;
            }
            shown_.append(buffer, std::size_t(size));
        }
        return true;
    }
    // What is typed before the prompt has switched the echo off is thrown away.
    [[nodiscard]] bool asks_secretly() const {
        termios settings{};
        return ::tcgetattr(terminal_, &settings) == 0 && (settings.c_lflag & ECHO) == 0;
    }
    void types(const std::string& line) {
        EXPECT_EQ(::write(terminal_, (line + "\n").data(), line.size() + 1), ssize_t(line.size() + 1));
    }
    int end() {
        sees(std::string("\0never", 6));
        int status = 0;
        ::waitpid(pid_, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    [[nodiscard]] const std::string& shown() const { return shown_; }

  private:
    pid_t pid_ = -1;
    int terminal_ = -1;
    std::string shown_;
};

class APassword : public Polkit {
  protected:
    const User keeper{"keeper"};
    const Rules admins{"polkit.addAdminRule(function (action, subject) { return ['unix-user:keeper']; });\n"};

    void SetUp() override {
        Polkit::SetUp();
        keeper.make();
        ASSERT_EQ(run({"chpasswd"}, "keeper:correct horse\n").status, 0);
    }
};

TEST_F(APassword, IsAskedForOnATerminal) {
    Typist typist(alice.command({"mcpctl", "start", "echo"}));
    ASSERT_TRUE(typist.sees("Password:")) << typist.shown();
    EXPECT_THAT(typist.shown(), HasSubstr("Authentication is required to start, stop or restart MCP servers."));
    ASSERT_TRUE(eventually([&] { return typist.asks_secretly(); }));
    EXPECT_TRUE(busy_reasons().contains("1 calls are under way"));
    typist.types("correct horse");
    EXPECT_EQ(typist.end(), 0) << typist.shown();
    EXPECT_EQ(state_of("echo"), "running");
}

TEST_F(APassword, ThatIsWrongStartsNothing) {
    Typist typist(alice.command({"mcpctl", "start", "echo"}));
    ASSERT_TRUE(typist.sees("Password:")) << typist.shown();
    ASSERT_TRUE(eventually([&] { return typist.asks_secretly(); }));
    typist.types("battery staple");
    EXPECT_EQ(typist.end(), 3) << typist.shown();
    EXPECT_EQ(mcpctl({"list", "-o", "name"}).out, "");
}

TEST_F(APassword, IsNotAskedForWhereSomebodyOnlyLooks) {
    start("echo");
    Typist typist(alice.command({"mcpctl", "status", "echo"}));
    EXPECT_EQ(typist.end(), 0) << typist.shown();
    EXPECT_EQ(typist.shown().find("Password:"), std::string::npos) << typist.shown();
}

}  // namespace
}  // namespace mcpctl::test
