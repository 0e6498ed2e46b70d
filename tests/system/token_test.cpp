// B09: tokens from the administrator's command to the caller who shows one.
#include <sdbus-c++/sdbus-c++.h>

#include <filesystem>
#include <format>
#include <fstream>

#include "dbus/names.hpp"
#include "tests/system/support/bus_connection.hpp"
#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Options = std::map<std::string, sdbus::Variant>;
namespace fs = std::filesystem;

class Token : public MachineTest {
  protected:
    void TearDown() override {
        for (const Json& token : mcpctl_json({"token", "list"})) {
            mcpctl({"token", "revoke", token["name"], "--yes"});
        }
        MachineTest::TearDown();
    }
    static std::string create(const std::string& name, const std::string& scopes, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"token", "create", "--name", name, "--scope", scopes, "--quiet"});
        const Output made = mcpctl(more);
        EXPECT_EQ(made.status, 0) << made.err;
        return made.out.substr(0, made.out.find('\n'));
    }
};

class Remote : public BusConnection {
  public:
    using BusConnection::BusConnection;

    // Each gives the error as of error_of().
    std::string start(const std::string& profile) {
        return error_of([&] {
            sdbus::ObjectPath instance;
            sdbus::ObjectPath job;
            proxy(std::string(dbus::root_path))
                ->callMethod("Start")
                .onInterface("org.mcpctl.Agent1.Manager")
                .withArguments(profile, Options())
                .storeResultsTo(instance, job);
        });
    }
    std::string read_logs(const Json& instance) {
        std::string id = instance["id"];
        std::erase(id, '-');
        return error_of([&] {
            std::vector<std::string> lines;
            std::string cursor;
            bool more = false;
            proxy(dbus::instance_path(id))
                ->callMethod("GetLogs")
                .onInterface("org.mcpctl.Agent1.Instance")
                .withArguments(Options())
                .storeResultsTo(lines, cursor, more);
        });
    }
};

TEST_F(Token, IsShownOnceAndListedWithoutItsSecret) {
    const Output made = mcpctl({"token", "create", "--name", "ci", "--scope", "view,control", "--expires", "30d"});
    EXPECT_EQ(made.status, 0) << made.err;
    EXPECT_THAT(made.out, HasSubstr("Created token ci for view, control\nmcpctl_"));
    const Json tokens = mcpctl_json({"token", "list"});
    ASSERT_EQ(tokens.size(), 1U);
    EXPECT_EQ(tokens[0]["name"], "ci");
    EXPECT_EQ(tokens[0]["scopes"], Json({"view", "control"}));
    EXPECT_EQ(tokens[0]["profiles"], Json::array());
    EXPECT_EQ(tokens[0]["lastUsedAt"], nullptr);
    EXPECT_TRUE(tokens[0]["expiresAt"].is_string());
    EXPECT_THAT(tokens.dump(), Not(HasSubstr("mcpctl_")));
    EXPECT_THAT(mcpctl({"token", "list"}).out, HasSubstr("view, control"));
    EXPECT_EQ(mcpctl({"token", "revoke", "ci", "--yes"}).out, "Revoked token ci\n");
    EXPECT_EQ(mcpctl({"token", "list", "-o", "name"}).out, "");
}

TEST_F(Token, IsRefusedWithWhatToDo) {
    EXPECT_EQ(mcpctl({"token", "create", "--name", "ci"}).status, 2);
    EXPECT_EQ(mcpctl({"token", "create", "--scope", "view"}).status, 2);
    const Output unknown = mcpctl({"token", "create", "--name", "ci", "--scope", "everything"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.err, HasSubstr("some of: view, logs, control, connect, define"));
    const Output define = mcpctl({"token", "create", "--name", "ci", "--scope", "define"});
    EXPECT_THAT(define.err, HasSubstr("[tokens] define = true"));
    create("ci", "view");
    EXPECT_EQ(mcpctl({"token", "create", "--name", "ci", "--scope", "view"}).status, 1);
    const Output misspelt = mcpctl({"token", "revoke", "cl", "--yes"});
    EXPECT_EQ(misspelt.status, 4);
    EXPECT_THAT(misspelt.err, HasSubstr("did you mean 'ci'?"));
}

TEST_F(Token, GivesAConnectionWhatItIsForAndNothingElse) {
    define_test_server("echo");
    define_test_server("other");
    const Json echo = start("echo");
    const Json other = start("other");
    const std::string control = create("control", "control", {"--profiles", "echo"});
    const std::string logs = create("logs", "logs");
    for (const bool over_the_bus : {false, true}) {
        Remote starter(over_the_bus);
        EXPECT_EQ(starter.authenticate(control), "");
        EXPECT_EQ(starter.start("other"), "NotFound");
        EXPECT_EQ(starter.start("nothing"), "NotFound");
        EXPECT_EQ(starter.read_logs(echo), "AccessDenied");
        EXPECT_EQ(starter.start("echo"), "");
        EXPECT_EQ(starter.authenticate(logs), "AccessDenied") << "a connection shows one token";
        Remote reader(over_the_bus);
        EXPECT_EQ(reader.authenticate(logs), "");
        EXPECT_EQ(reader.read_logs(echo), "");
        EXPECT_EQ(reader.read_logs(other), "");
        EXPECT_EQ(reader.start("echo"), "AccessDenied");
    }
    EXPECT_THAT(mcpctl({"audit", "--actor", "token:control", "--action", "start", "-o", "ndjson"}).out,
                HasSubstr("\"token\":\"control\""));
}

TEST_F(Token, OutlivesTheAgentAndEndsWhenItIsRevoked) {
    define_test_server("echo");
    const Json echo = start("echo");
    const std::string logs = create("logs", "logs");
    kill_agent();
    Remote reader(true);
    EXPECT_EQ(reader.authenticate(logs), "");
    EXPECT_EQ(reader.read_logs(echo), "");
    EXPECT_EQ(mcpctl({"token", "revoke", "logs", "--yes"}).status, 0);
    EXPECT_EQ(reader.read_logs(echo), "AccessDenied");
    EXPECT_EQ(Remote(true).authenticate(logs), "AccessDenied");
    kill_agent();
    EXPECT_EQ(Remote(true).authenticate(logs), "AccessDenied");
}

TEST_F(Token, ExpiresByItself) {
    define_test_server("echo");
    const Json echo = start("echo");
    const std::string logs = create("logs", "logs", {"--expires", "1s"});
    Remote reader(false);
    EXPECT_EQ(reader.authenticate(logs), "");
    EXPECT_TRUE(eventually([&] { return reader.read_logs(echo) == "AccessDenied"; }));
    EXPECT_EQ(Remote(false).authenticate(logs), "AccessDenied");
}

TEST_F(Token, IsShownByTheBridgeAndByNobodyElse) {
    const User bridge{"mcpctl-bridge"};
    const User alice{"alice"};
    bridge.make();
    alice.make();
    stop_agent();  // it looks up the bridge's user when it comes to the bus
    const std::string view = create("view", "view");
    const auto show_it = [&](const User& user, const std::string& token) {
        return user.run({"busctl", "call", "org.mcpctl.Agent1", "/org/mcpctl/Agent1", "org.mcpctl.Agent1.Manager",
                         "Authenticate", "sa{sv}", token, "0"});
    };
    EXPECT_EQ(show_it(bridge, view).status, 0);
    EXPECT_THAT(show_it(bridge, "mcpctl_wrong").err, HasSubstr("this is no valid token"));
    EXPECT_THAT(show_it(alice, view).err, HasSubstr("user " + output_of({"id", "-u", "alice"}) + " may not call"));
}

// Where the secret must never be: the store, the journal with the audit trail, and what /proc shows of the agent.
TEST_F(Token, LeavesNoTraceOfItsSecret) {
    const std::string secret = create("ci", "view");
    ASSERT_THAT(secret, StartsWith("mcpctl_"));
    Remote remote(false);
    EXPECT_EQ(remote.authenticate(secret), "");
    Remote(false).authenticate(secret + "x");  // a denied one is no reason to write it down either
    const auto found_in = [&](const std::vector<std::string>& command) {
        const std::string text = run(command).out;
        return text.find(secret.substr(7)) != std::string::npos;
    };
    EXPECT_TRUE(eventually([] { return !mcpctl({"audit", "--action", "authenticate", "-o", "ndjson"}).out.empty(); }));
    EXPECT_FALSE(found_in({"journalctl", "--no-pager", "--output=export", "--boot"}));
    EXPECT_FALSE(found_in({"grep", "--recursive", "--text", "--no-messages", secret.substr(7), "/var/lib/mcpctl",
                           "/run/mcpctl", "/run/systemd"}));
    EXPECT_FALSE(
        found_in({"cat", std::format("/proc/{}/cmdline", agent_pid()), std::format("/proc/{}/environ", agent_pid())}));
}

}  // namespace
}  // namespace mcpctl::test
