// B09: every operation for every kind of caller, from outside, over the bus and the agent's own socket: allowed or
// denied as the table in agent/core/access.cpp says.
#include <sdbus-c++/sdbus-c++.h>

#include <filesystem>
#include <format>
#include <fstream>
#include <set>

#include "agent/core/access.hpp"
#include "agent/core/enum_names.hpp"
#include "dbus/names.hpp"
#include "tests/contract/interface_files.hpp"
#include "tests/contract/scopes_of_rights.hpp"
#include "tests/system/support/bus_connection.hpp"
#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
using Options = std::map<std::string, sdbus::Variant>;
namespace fs = std::filesystem;

constexpr const char* denied = "AccessDenied";
constexpr const char* rules_file = "/etc/polkit-1/rules.d/00-matrix.rules";

// What is called is there, but no call that is let through does anything: its options or names are refused.
struct Objects {
    std::string instance;
    std::string job;

    [[nodiscard]] std::string path_for(std::string_view interface) const {
        return interface == "Instance"  ? dbus::instance_path(instance)
               : interface == "Job"     ? job
               : interface == "Profile" ? dbus::profile_path("echo")
               : interface == "Server"  ? dbus::server_path("echo-server")
                                        : std::string(dbus::root_path);
    }
};

std::string shown(const AccessRow& row) {
    return std::format("{}.{}", row.interface, row.method);
}

class Connection : public BusConnection {
  public:
    using BusConnection::BusConnection;

    // The error's name without what all of ours begin with; empty where there was none.
    std::string call(const AccessRow& row, const Objects& objects) {
        return error_of([&] {
            const auto object = proxy(objects.path_for(row.interface));
            auto message =
                object->createMethodCall(sdbus::InterfaceName("org.mcpctl.Agent1." + std::string(row.interface)),
                                         sdbus::MethodName(std::string(row.method)));
            fill(message, row);
            (void)object->callMethod(message);
        });
    }

  private:
    static void fill(sdbus::MethodCall& message, const AccessRow& row) {
        for (const std::string& type : arguments_of(std::string(row.interface), std::string(row.method))) {
            if (type == "s") {
                message << std::string("no-such-thing");
            } else if (type == "ay") {
                message << std::vector<std::uint8_t>{1};
            } else if (type == "u") {
                message << std::uint32_t(1);
            } else {
                EXPECT_EQ(type, "a{sv}") << shown(row);
                message << Options{{"of-the-matrix", sdbus::Variant(true)}};
            }
        }
    }
};

class TheAuthorityMatrix : public MachineTest {
  protected:
    void SetUp() override {
        MachineTest::SetUp();
        fs::copy_file("/usr/share/doc/mcpctl/docs/examples/50-mcpctl-operators.rules", rules_file,
                      fs::copy_options::overwrite_existing);
        systemctl({"restart", "polkit.service"});
        define_test_server("echo");
        define_test_server("other");
        const Json echo = start("echo");
        objects_.instance = echo["id"];
        std::erase(objects_.instance, '-');
        const Json jobs = mcpctl_json({"jobs"});
        ASSERT_FALSE(jobs.empty());
        objects_.job = dbus::job_path(jobs[0]["id"].get<std::uint64_t>());
    }
    void TearDown() override {
        fs::remove(rules_file);
        for (const Json& token : mcpctl_json({"token", "list"})) {
            mcpctl({"token", "revoke", token["name"], "--yes"});
        }
        MachineTest::TearDown();
    }
    static std::string create(const std::string& scopes, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"token", "create", "--name", "matrix", "--scope", scopes, "--quiet"});
        const Output made = mcpctl(more);
        EXPECT_EQ(made.status, 0) << made.err;
        return made.out.substr(0, made.out.find('\n'));
    }
    static void revoke() { EXPECT_EQ(mcpctl({"token", "revoke", "matrix", "--yes"}).status, 0); }

    // By busctl as that user. It prints no error names, but every denial of ours says the same.
    [[nodiscard]] bool is_denied(const User& user, const AccessRow& row) const {
        std::string signature;
        std::vector<std::string> arguments;
        for (const std::string& type : arguments_of(std::string(row.interface), std::string(row.method))) {
            signature += type;
            const std::vector<std::string> words = type == "s"    ? std::vector<std::string>{"no-such-thing"}
                                                   : type == "ay" ? std::vector<std::string>{"1", "1"}
                                                   : type == "u"
                                                       ? std::vector<std::string>{"1"}
                                                       : std::vector<std::string>{"1", "of-the-matrix", "b", "true"};
            arguments.insert(arguments.end(), words.begin(), words.end());
        }
        std::vector<std::string> command{"busctl",
                                         "call",
                                         std::string(dbus::service_name),
                                         objects_.path_for(row.interface),
                                         "org.mcpctl.Agent1." + std::string(row.interface),
                                         std::string(row.method)};
        if (!signature.empty()) {
            command.push_back(signature);
        }
        command.insert(command.end(), arguments.begin(), arguments.end());
        return user.run(command).err.contains(" may not call ");
    }

    Objects objects_;
};

TEST_F(TheAuthorityMatrix, GivesRootEverything) {
    for (const bool over_the_bus : {true, false}) {
        Connection root(over_the_bus);
        for (const AccessRow& row : access_table()) {
            EXPECT_NE(root.call(row, objects_), denied)
                << shown(row) << (over_the_bus ? " over the bus" : " over the socket");
        }
    }
}

TEST_F(TheAuthorityMatrix, GivesUsersWhatIsPublicAndWhatPolkitGrants) {
    const User alice{"alice"};
    const User oscar{"oscar", {"operators"}};
    const User bridge{"mcpctl-bridge"};
    const std::set<Right> of_operators{Right::view, Right::manage_instances, Right::read_logs, Right::open_sessions};
    for (const User& user : {alice, oscar, bridge}) {
        user.make();
        for (const AccessRow& row : access_table()) {
            if (row.right == Right::authenticate && user.name == bridge.name) {
                continue;
            }
            const bool granted = user.name == oscar.name ? of_operators.contains(row.right) : row.right == Right::view;
            EXPECT_EQ(is_denied(user, row), !granted) << shown(row) << " as " << user.name;
        }
        EXPECT_NE(user.run({"mcpctl", "list", "--connection", "socket"}).status, 0) << user.name;
    }
    const Output audited = mcpctl({"audit", "--actor", "alice", "--result", "denied", "-o", "ndjson"});
    EXPECT_THAT(audited.out, HasSubstr("\"result\":\"denied\""));
}

TEST_F(TheAuthorityMatrix, GivesATokenWhatItsScopeIsForAndNothingElse) {
    for (const Scope scope : {Scope::view, Scope::logs, Scope::control, Scope::connect}) {
        const std::string token = create(std::string(spelt(scope)));
        for (const bool over_the_bus : {true, false}) {
            Connection remote(over_the_bus);
            ASSERT_EQ(remote.authenticate(token), "");
            for (const AccessRow& row : access_table()) {
                EXPECT_EQ(remote.call(row, objects_) == denied, scope_for(row.right) != scope)
                    << shown(row) << " with " << spelt(scope);
            }
        }
        revoke();
    }
}

TEST_F(TheAuthorityMatrix, HidesFromATokenForAnotherProfileThatThereIsAnything) {
    const std::string token = create("view,logs,control,connect", {"--profiles", "other"});
    for (const bool over_the_bus : {true, false}) {
        Connection remote(over_the_bus);
        ASSERT_EQ(remote.authenticate(token), "");
        for (const AccessRow& row : access_table()) {
            const auto scope = scope_for(row.right);
            const bool never = row.reach == Reach::whole || !scope || scope == Scope::define;
            EXPECT_EQ(remote.call(row, objects_), never ? denied : "NotFound") << shown(row);
        }
    }
}

TEST_F(TheAuthorityMatrix, GivesATokenThatIsVoidNothing) {
    for (const bool over_the_bus : {true, false}) {
        Connection revoked(over_the_bus);
        ASSERT_EQ(revoked.authenticate(create("view,logs,control,connect")), "");
        revoke();
        Connection expired(over_the_bus);
        ASSERT_EQ(expired.authenticate(create("view,logs,control,connect", {"--expires", "1s"})), "");
        EXPECT_TRUE(
            eventually([&] { return expired.call(*access_row("Manager", "GetInstance"), objects_) == denied; }));
        for (const AccessRow& row : access_table()) {
            EXPECT_EQ(revoked.call(row, objects_), denied) << shown(row);
            EXPECT_EQ(expired.call(row, objects_), denied) << shown(row);
        }
        revoke();
        for (const char* malformed : {"", "mcpctl_", "mcpctl_zzzz", "Bearer x", "mcpctl_\n"}) {
            EXPECT_EQ(Connection(over_the_bus).authenticate(malformed), denied) << malformed;
        }
    }
}

}  // namespace
}  // namespace mcpctl::test
