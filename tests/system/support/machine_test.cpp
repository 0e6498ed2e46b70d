#include "tests/system/support/machine_test.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* drop_in_file = "/etc/mcpctl/mcpctl.toml.d/system-test.toml";

// The server is found by name, like any installed one.
class TestServerInstalled : public ::testing::Environment {
    void SetUp() override {
        const fs::path self = fs::read_symlink("/proc/self/exe");
        // Instances that a reboot has brought back run it already, and a file that runs cannot be written.
        const fs::path fresh = "/usr/local/bin/mcp-test-server.new";
        fs::copy_file(self.parent_path() / "../fixtures/mcp-server/mcp-test-server", fresh);
        fs::rename(fresh, "/usr/local/bin/mcp-test-server");
    }
};

const auto* const installed = ::testing::AddGlobalTestEnvironment(new TestServerInstalled);

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

std::vector<std::string> names(std::vector<std::string> verb) {
    verb.insert(verb.end(), {"-o", "name"});
    return words(mcpctl(verb).out);
}

// All at once, because each waits for the disk.
void for_each_name(const std::vector<std::string>& all, const std::vector<std::string>& before,
                   const std::vector<std::string>& after) {
    std::vector<Process> processes;
    for (const std::string& name : all) {
        std::vector<std::string> arguments = before;
        arguments.push_back(name);
        arguments.insert(arguments.end(), after.begin(), after.end());
        processes.push_back(mcpctl_process(arguments));
    }
    for (Process& process : processes) {
        const Output output = process.wait();
        EXPECT_EQ(output.status, 0) << before.front() << ": " << output.err;
    }
}

bool belongs_to_an_instance(const std::string& name) {
    static const std::set<std::string> own{"mcpctl.slice", "mcpctl-agent.service", "mcpctl-agent.socket",
                                           "mcpctl-system-tests.service"};
    return name.starts_with("mcpctl-") && !own.contains(name);
}

std::string units_left() {
    std::string found;
    std::istringstream stream(run({"systemctl", "list-units", "--all", "--plain", "--no-legend", "mcpctl-*"}).out);
    for (std::string line; std::getline(stream, line);) {
        if (belongs_to_an_instance(line.substr(0, line.find(' ')))) {
            found += "unit: " + line + '\n';
        }
    }
    return found;
}

std::string files_left(const char* directory) {
    std::string found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
        if (belongs_to_an_instance(entry.path().filename())) {
            found += "file: " + entry.path().string() + '\n';
        }
    }
    return found;
}

}  // namespace

std::string leftovers() {
    std::string found = units_left() + files_left("/run/systemd/transient") + files_left("/sys/fs/cgroup/mcpctl.slice");
    for (const std::string& pid : words(run({"pgrep", "mcp-test"}).out)) {
        found += "process: " + pid + '\n';
    }
    for (const std::string& name : names({"list"})) {
        found += "instance: " + name + '\n';
    }
    return found;
}

void MachineTest::SetUp() {
    ASSERT_EQ(leftovers(), "") << "an earlier test has left this";
}

void MachineTest::TearDown() {
    for_each_name(names({"list"}), {"stop"}, {"--yes", "--drain-timeout", "100ms"});
    for_each_name(names({"profile", "list"}), {"profile", "remove"}, {"--yes"});
    for_each_name(names({"server", "list"}), {"server", "remove"}, {"--yes"});
    // PID 1 unloads units when it has nothing else to do.
    EXPECT_TRUE(eventually([] { return leftovers().empty(); }, 5s)) << leftovers();
    if (HasFailure()) {
        std::fputs(run({"journalctl", "--quiet", "--no-pager", "--lines=60", "--output=short-precise"}).out.c_str(),
                   stderr);
    }
}

void MachineTest::add_server(const Json& definition) {
    const Output added = mcpctl({"server", "add", "-f", "-"}, definition.dump());
    ASSERT_EQ(added.status, 0) << added.err;
}

void MachineTest::add_profile(const Json& definition) {
    const Output added = mcpctl({"profile", "add", "-f", "-"}, definition.dump());
    ASSERT_EQ(added.status, 0) << added.err;
}

void MachineTest::define(const std::string& name, const std::vector<std::string>& command, Json settings) {
    add_server({{"name", name + "-server"}, {"transport", "streamable-http"}, {"run", {{"command", command}}}});
    settings.update({{"name", name}, {"server", name + "-server"}});
    add_profile(settings);
}

void MachineTest::define_test_server(const std::string& name, std::vector<std::string> switches, Json settings) {
    switches.insert(switches.begin(), {"mcp-test-server", "http"});
    define(name, switches, std::move(settings));
}

Json MachineTest::start(const std::string& profile) {
    return mcpctl_json({"start", profile});
}

void MachineTest::stop(const std::string& instance) {
    const Output stopped = mcpctl({"stop", instance, "--yes"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
}

ConfigurationDropIn::ConfigurationDropIn(const std::string& toml) {
    fs::create_directories(fs::path(drop_in_file).parent_path());
    write(toml);
}

ConfigurationDropIn::~ConfigurationDropIn() {
    fs::remove(drop_in_file);
    stop_agent();
}

void ConfigurationDropIn::write(const std::string& toml) const {
    std::ofstream(drop_in_file) << toml;
}

}  // namespace mcpctl::test
