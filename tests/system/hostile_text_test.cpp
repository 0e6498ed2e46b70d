// Text that would become something else in a unit file: refused with field and offset, or byte-exact in the process.
#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct HostileText {
    const char* name;
    std::string text;
    bool arrives;  // in arguments and environment
};

// After the first three bytes, so that an offset of 3 names the place.
const std::vector<HostileText> corpus{
    {"newline", "abc\nUser=root", false},
    {"carriage return", "abc\rUser=root", false},
    {"NUL", std::string("abc\0d", 5), false},
    {"escape", "abc\x1b[31m", false},
    {"trailing backslash", "abc\\", true},
    {"variable in braces", "abc${HOME}", true},
    {"variable", "abc$HOME", true},
    {"dollars", "abc$$", true},
    {"specifier", "abc%n%i%%", true},
    {"quotes", "abc\"'`; rm", true},
    {"spaces", "abc  d ", true},
    {"not ASCII", "abcä\xe2\x82\xac", true},
};

class HostileTextIn : public MachineTest {
  protected:
    // A definition that adds `text` to nothing but this one place.
    static Output add(const char* kind, const Json::json_pointer& place, const std::string& text) {
        Json server{
            {"name", "hostile"}, {"transport", "streamable-http"}, {"run", {{"command", {"mcp-test-server", "http"}}}}};
        Json profile{{"name", "hostile"}, {"server", "base"}};
        Json& definition = std::string_view(kind) == "server" ? server : profile;
        definition[place] = text;
        return mcpctl({kind, "add", "-f", "-"}, definition.dump());
    }
};

TEST_F(HostileTextIn, AnyFieldOfAServerIsRefusedByFieldAndOffset) {
    for (const char* place : {"/name", "/description", "/version", "/path", "/run/command/0", "/transport"}) {
        for (const char* text : {"abc\nUser=root", "abc\\", "abc\rd"}) {
            SCOPED_TRACE(std::string(place) + " " + Json(text).dump());
            const Output added = add("server", Json::json_pointer(place), text);
            EXPECT_EQ(added.status, 2) << added.out << added.err;
            std::string field = std::string(place).substr(1);
            field = field == "run/command/0" ? "run.command[0]" : field;
            EXPECT_THAT(added.err, HasSubstr("field: " + field));
        }
    }
    EXPECT_EQ(mcpctl({"server", "list", "-o", "name"}).out, "");
}

TEST_F(HostileTextIn, AnyFieldOfAProfileIsRefusedByField) {
    define_test_server("base-profile");
    for (const char* place : {"/name", "/server", "/sandbox/readPaths/0", "/sandbox/writePaths/0"}) {
        for (const char* text : {"/bc\nUser=root", "/bc\\", "/bc d", "/bc%n"}) {
            SCOPED_TRACE(std::string(place) + " " + Json(text).dump());
            Json profile{{"name", "hostile"}, {"server", "base-profile-server"}};
            Json path = Json::array({text});
            const Json::json_pointer pointer(place);
            if (pointer.back() == "0") {
                profile[pointer.parent_pointer()] = path;
            } else {
                profile[pointer] = text;
            }
            const Output added = mcpctl({"profile", "add", "-f", "-"}, profile.dump());
            EXPECT_NE(added.status, 0);
            EXPECT_THAT(added.err, HasSubstr("field: "));
        }
    }
}

TEST_F(HostileTextIn, ArgumentsAndEnvironmentIsRefusedWithTheOffset) {
    for (const HostileText& hostile : corpus) {
        if (hostile.arrives) {
            continue;
        }
        SCOPED_TRACE(hostile.name);
        const Json in_argument{{"name", "hostile"},
                               {"transport", "streamable-http"},
                               {"run", {{"command", {"mcp-test-server", "http", hostile.text}}}}};
        const Output argument = mcpctl({"server", "add", "-f", "-"}, in_argument.dump());
        EXPECT_EQ(argument.status, 2);
        EXPECT_THAT(argument.err, AllOf(HasSubstr("run.command[2]"), HasSubstr("offset 3")));
        Json in_variable{{"name", "hostile"},
                         {"transport", "streamable-http"},
                         {"env", {{"HOSTILE", hostile.text}}},
                         {"run", {{"command", {"mcp-test-server", "http"}}}}};
        const Output variable = mcpctl({"server", "add", "-f", "-"}, in_variable.dump());
        EXPECT_EQ(variable.status, 2);
        EXPECT_THAT(variable.err, AllOf(HasSubstr("env.HOSTILE"), HasSubstr("offset 3")));
    }
    EXPECT_EQ(mcpctl({"server", "list", "-o", "name"}).out, "");
}

TEST_F(HostileTextIn, ArgumentsAndEnvironmentArrivesByteExactAlsoAfterAReload) {
    std::vector<std::string> command{"mcp-test-server", "http", "--"};
    Json variables = Json::object();
    for (const HostileText& hostile : corpus) {
        if (hostile.arrives) {
            command.push_back(hostile.text);
            variables["HOSTILE_" + std::to_string(command.size())] = hostile.text;
        }
    }
    // What a backslash in front would swallow.
    command.emplace_back("User=root");
    command.emplace_back("{port}");
    define("hostile", command, {{"env", variables}});
    const Json instance = start("hostile");
    const auto check = [&] {
        McpClient client = McpClient::of("hostile");
        std::vector<std::string> expected = command;
        expected.back() = std::to_string(instance.value("port", 0));
        EXPECT_EQ(client.data("arguments")["arguments"], Json(expected));
        const Json arrived = client.data("environment")["variables"];
        for (const auto& [name, value] : variables.items()) {
            EXPECT_EQ(arrived[name], value);
        }
        EXPECT_NE(client.data("status")["uid"], 0);
    };
    check();
    const std::string unit = instance["unit"];
    const std::vector<std::string> properties{
        "Environment",          "User", "DynamicUser", "NoNewPrivileges", "RestrictNamespaces", "SyslogIdentifier",
        "CapabilityBoundingSet"};
    std::vector<std::string> before;
    for (const std::string& property : properties) {
        before.push_back(show(unit, property));
    }
    systemctl({"daemon-reload"});
    for (std::size_t i = 0; i < properties.size(); ++i) {
        EXPECT_EQ(show(unit, properties[i]), before[i]) << properties[i];
    }
    // A process that PID 1 starts from what it has read again.
    systemctl({"kill", "--signal=SIGKILL", unit});
    ASSERT_TRUE(eventually([] {
        const Json status = status_of("hostile");
        return status["restarts"] == 1 && status["state"] == "running";
    }));
    check();
}

TEST_F(HostileTextIn, RequestsOnTheBusIsRefusedByNameOfTheError) {
    const auto call = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {"busctl", "call", "org.mcpctl.Agent1", "/org/mcpctl/Agent1", "org.mcpctl.Agent1.Manager"});
        const Output output = run(arguments);
        EXPECT_NE(output.status, 0);
        return output.err;
    };
    EXPECT_THAT(call({"AddServer", "sa{sv}", R"({"name":"a\nb","transport":"sse","run":{"command":["x"]}})", "0"}),
                HasSubstr("Field: name"));
    EXPECT_THAT(call({"AddServer", "sa{sv}", "{", "0"}), HasSubstr("JSON"));
    EXPECT_THAT(call({"Start", "sa{sv}", "a\nb", "0"}), HasSubstr("Field: profile"));
    EXPECT_THAT(call({"Start", "sa{sv}", "a", "1", "surprise", "s", "x"}), HasSubstr("surprise"));
    EXPECT_THAT(call({"GetInstance", "s", "../../etc/passwd"}), HasSubstr("instance"));
}

}  // namespace
}  // namespace mcpctl::test
