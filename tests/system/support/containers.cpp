#include "tests/system/support/containers.hpp"

#include <set>
#include <sstream>

namespace mcpctl::test {

void make_test_image(const std::string& tool) {
    static std::set<std::string> made;
    if (!made.insert(tool).second) {
        return;
    }
    const std::string command = "tar -C /usr/local/bin -c mcp-test-server | " + tool +
                                " import --change 'ENTRYPOINT [\"/mcp-test-server\"]' - " + test_image;
    const Output output = run({"/bin/bash", "-c", command});
    ASSERT_EQ(output.status, 0) << output.err;
}

Json server_in_container(const std::string& name, const std::vector<std::string>& switches) {
    std::vector<std::string> arguments{"http", "--listen", "0.0.0.0"};
    arguments.insert(arguments.end(), switches.begin(), switches.end());
    return {{"name", name + "-server"},
            {"transport", "streamable-http"},
            {"run", {{"image", test_image}, {"args", arguments}}}};
}

Json profile_in_container(const std::string& name, const std::string& tool, Json settings) {
    settings.update({{"name", name}, {"server", name + "-server"}, {"runtime", "docker"}, {"engine", tool}});
    return settings;
}

std::vector<std::string> containers_in(const std::string& tool) {
    std::istringstream stream(output_of({tool, "ps", "--all", "--filter", "name=mcpctl-", "--format", "{{.Names}}"}));
    return {std::istream_iterator<std::string>(stream), {}};
}

void ContainerTest::SetUp() {
    MachineTest::SetUp();
    make_test_image(tool_);
    ASSERT_EQ(containers(), std::vector<std::string>()) << "an earlier test has left these";
}

void ContainerTest::TearDown() {
    MachineTest::TearDown();
    EXPECT_EQ(containers(), std::vector<std::string>()) << "left behind";
    for (const std::string& name : containers()) {
        engine({"rm", "-f", name});
    }
}

void ContainerTest::define_in_container(const std::string& name, const std::vector<std::string>& switches,
                                        Json settings) const {
    add_server(server_in_container(name, switches));
    add_profile(profile_in_container(name, tool_, std::move(settings)));
}

void ContainerTest::define_stdio_in_container(const std::string& name, Json settings) const {
    add_server(
        {{"name", name + "-server"}, {"transport", "stdio"}, {"run", {{"image", test_image}, {"args", {"stdio"}}}}});
    add_profile(profile_in_container(name, tool_, std::move(settings)));
}

std::string ContainerTest::engine(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), tool_);
    return output_of(arguments);
}

Json ContainerTest::inspect(const std::string& container) const {
    const Json found = Json::parse(engine({"inspect", container}), nullptr, false);
    return found.is_array() && found.size() == 1 ? found[0] : Json::object();
}

std::string container_of(const std::string& instance) {
    const std::string unit = unit_of(instance);
    return unit.substr(0, unit.rfind('.'));
}

}  // namespace mcpctl::test
